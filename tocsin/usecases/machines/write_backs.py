"""Writing back: acknowledgements of alerts are told to the tool that they came from."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from tocsin.domain.machines.delivery import Dispatch, after
from tocsin.domain.machines.write_back import (
    COURSES,
    AtlasAlert,
    AtlasRequest,
    is_echo,
    is_of_atlas,
    name_of,
    path_of,
    told_to_atlas,
)
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.domain.response.log_entry import LogEntry
from tocsin.kit.ids import new_id
from tocsin.store.driver import driver
from tocsin.store.intake.integrations import INTEGRATIONS, read_settings
from tocsin.store.machines import deliveries
from tocsin.store.machines import write_backs as store
from tocsin.store.writes import AlarmRow, Writes, flush
from tocsin.usecases.house import House

GONE: Final = Outcome(ok=False, detail="The integration has no access to Atlas any longer.")


async def plan(
    connection: asyncpg.Connection, hearing_back: Collection[str], log: Sequence[LogEntry]
) -> list[Dispatch]:
    """Return what tools are to be told of these changes, but for what they have said themselves."""
    entries = [entry for entry in log if entry.type in COURSES]
    if not entries:
        return []
    ids = {entry.incident_id for entry in entries}
    found = await store.atlas_alerts(connection, ids, hearing_back)
    return [
        _dispatch(entry, alert)
        for entry in entries
        for alert in found
        if alert.incident_id == entry.incident_id
        and is_of_atlas(alert)
        and not is_echo(entry, alert.integration_id)
    ]


async def compose(house: House, dispatch: Dispatch, _now: datetime) -> AtlasRequest | Outcome:
    """Return what Atlas is asked, with the access that the integration has today."""
    async with house.database.read() as tx:
        integration = await INTEGRATIONS.get(tx, dispatch.destination_id)
    if integration is None:
        return GONE
    access = read_settings(house.sealer, integration.settings_encrypted).atlas
    if access is None:
        return GONE
    body = msgspec.json.encode(dispatch.subject["body"]).decode()
    return AtlasRequest(access=access, path=dispatch.subject["path"], body=body)


async def record(house: House, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
    """Write down what came of it; people must know when Atlas goes on reminding for nothing."""
    told = after(dispatch, outcome, now)
    async with house.database.begin() as tx:
        await deliveries.settle(tx, told)
        if told.status in ("dropped", "expired"):
            await flush(await driver(tx), Writes(alarms=[_alarm(told, now)]))


def _alarm(told: Dispatch, now: datetime) -> AlarmRow:
    return AlarmRow(
        id=new_id("Q"),
        at=now,
        incident_id=told.subject["incident_id"],
        sentence=f"MongoDB Atlas was not told of its alert {told.thread_id}: {told.detail}",
    )


def _dispatch(entry: LogEntry, alert: AtlasAlert) -> Dispatch:
    course = COURSES[entry.type]
    return Dispatch(
        id=new_id("Q"),
        lane="write_back",
        destination_id=alert.integration_id,
        thread_id=alert.alert_id,
        kind=course,
        subject={
            "incident_id": entry.incident_id,
            "path": path_of(alert.group_id, alert.alert_id),
            "body": told_to_atlas(course, name_of(entry.agent), entry.at),
        },
        due=entry.at,
        created_at=entry.at,
    )
