"""Merging: incidents that turn out to be one go on as one, with all their alerts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tocsin.domain.response.command import Link, Resolve
from tocsin.domain.response.incident import MOST_ALERTS, Incident
from tocsin.store.clashes import tried_again
from tocsin.store.response import alerts
from tocsin.usecases.desk import Desk
from tocsin.usecases.errors import Invalid
from tocsin.usecases.house import House
from tocsin.usecases.response.incidents import By, hold

TOO_MANY_ALERTS: Final = f"An incident cannot have more than {MOST_ALERTS} alerts."


@tried_again
async def merge(
    house: House, target_id: str, source_ids: Sequence[str], by: By, now: datetime
) -> Incident:
    """Resolve the sources, and let their alerts, which keep their keys, go on in the target."""
    if not source_ids:
        raise Invalid("Source incidents cannot be empty.")
    async with house.database.begin() as tx:
        count = await alerts.hold_of(tx, [target_id, *source_ids])
        held = await hold(tx, [target_id, *source_ids])
        if count > MOST_ALERTS:
            raise Invalid(TOO_MANY_ALERTS)
        desk = await Desk.at(tx, house.directory, now)
        target = held[target_id]
        for source_id in dict.fromkeys(source_ids):
            desk.act(held[source_id], Resolve(merged_into=target_id, **by.told))
            target = desk.act(target, Link(incident_id=source_id, **by.told))
        await alerts.move_all(tx, source_ids, target_id, now)
        await desk.write()
    return target
