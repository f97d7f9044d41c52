"""Alarms: what administrators must know, such as a page that reached nobody."""

from tocsin.store.alarms import ALARMS, NEWEST_FIRST
from tocsin.store.names import names
from tocsin.store.writes import AlarmRow as Alarm
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part, read_part

__all__ = ["Alarm", "find"]


async def find(house: House, part: Part) -> tuple[list[Alarm], dict[str, str], int | None]:
    """List alarms, the newest first, with what their incidents are called."""
    async with house.database.read() as tx:
        found, total = await read_part(tx, ALARMS, part, order_by=NEWEST_FIRST)
        called = await names(tx, {alarm.incident_id for alarm in found if alarm.incident_id})
    return found, called, total
