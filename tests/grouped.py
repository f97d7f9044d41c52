"""A service that groups its alerts, for tests: what arrives at it, and which alerts are one."""

from collections.abc import Iterable
from typing import Any

import asyncpg
import msgspec
import sqlalchemy as sa
from msgspec.structs import replace

from tests.night import Night
from tocsin.domain.intake.event import Event
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import Agent
from tocsin.kit.sealing import digest
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.intake.services import SERVICES
from tocsin.usecases.intake import batch
from tocsin.usecases.intake.parcels import Parcel
from tocsin.usecases.response import incidents
from tocsin.usecases.response.incidents import By, Change

TIME = {"type": "time", "config": {"timeout": 10}}
WHILE_OPEN = {"type": "time", "config": {"timeout": 0}}
ALIKE: dict[str, Any] = {"type": "intelligent", "config": {}}
SOMEBODY = By(agent=Agent("user", "PSOMEBODY"), channel={"type": "website"})


def content(aggregate: str, *fields: str) -> dict[str, Any]:
    return {"type": "content_based", "config": {"aggregate": aggregate, "fields": list(fields)}}


async def grouped(database: Database, setting: dict[str, Any], **given: Any) -> Night:
    """Begin a night whose service groups its alerts."""
    night = await Night.falls(database)
    night.team.service = replace(night.team.service, alert_grouping=setting, **given)
    await set_service(night)
    return night


async def set_service(night: Night) -> None:
    async with night.database.begin() as tx:
        await SERVICES.update(tx, night.team.service)


def parcel(night: Night, name: str, action: str = "trigger", **given: Any) -> Parcel:
    event = {"dedup_key": name, "summary": name, "severity": "critical", "source": "db-1"} | given
    return Parcel(
        key=night.team.key,
        what=msgspec.convert({"action": action} | event, Event),
        path="/v2/enqueue",
        sender="127.0.0.1",
        body=b"{}",
    )


async def post(night: Night, *parcels: Parcel) -> None:
    """Let events arrive as one batch."""
    async with night.database.hot() as connection:
        await receive(night, connection, parcels)


async def receive(night: Night, connection: asyncpg.Connection, parcels: Iterable[Parcel]) -> None:
    posts = list(parcels)
    digests = [digest(one.key) for one in posts]
    await batch.receive(connection, night.house.directory, posts, digests, night.now)


async def alerts(night: Night) -> dict[str, Any]:
    """All alerts, by their dedup keys."""
    async with night.database.read() as tx:
        rows = await tx.execute(sa.select(tables.alerts).order_by(tables.alerts.c.id))
        return {row.dedup_key: row for row in rows}


async def groups(night: Night) -> list[set[str]]:
    """Which dedup keys each incident has, the oldest incident first."""
    found: dict[str, set[str]] = {}
    for key, alert in (await alerts(night)).items():
        found.setdefault(alert.incident_id, set()).add(key)
    return [found.pop(i.id) for i in await night.incidents() if i.id in found]


async def log(night: Night, incident: Incident) -> list[Any]:
    c = tables.log_entries.c
    query = sa.select(c.type, c.body).where(c.incident_id == incident.id).order_by(c.id)
    async with night.database.read() as tx:
        return list(await tx.execute(query))


async def resolve(night: Night, incident: Incident) -> None:
    wanted = Change(incident_id=incident.id, status="resolved")
    await incidents.change(night.house, [wanted], SOMEBODY, night.now)
