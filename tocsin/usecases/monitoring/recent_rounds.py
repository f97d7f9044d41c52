"""What the last rounds of monitors found, at a glance."""

from collections.abc import Iterable, Mapping, Sequence

from tocsin.store.monitoring import recent_rounds as store
from tocsin.store.monitoring.recent_rounds import Round
from tocsin.usecases.house import House

__all__ = ["Round", "find"]


async def find(
    house: House, monitor_ids: Iterable[str], most: int
) -> Mapping[str, Sequence[Round]]:
    """Read the last rounds of each of these monitors, ``most`` at most, the oldest first."""
    async with house.database.read() as tx:
        return await store.recent(tx, monitor_ids, most)
