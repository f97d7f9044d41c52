"""From the door to the database: what is answered with success is there, however odd it was."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from random import Random
from typing import Any, Final

import httpx
import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from tests.api.nonsense import event
from tests.api.shelf import CHANGE, EVENT, KEY, OLD_EVENT, V1, V2
from tests.team import NOON, Team, make_team
from tocsin.api.events import EventsApp
from tocsin.api.metrics import EventMetrics
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.usecases.directory import Directory
from tocsin.usecases.intake.ingest import Ingest

ODD_EVENTS: Final = 2000


@pytest.fixture
async def team(database: Database) -> Team:
    return await make_team(database)


@pytest.fixture
async def client(database: Database, team: Team) -> AsyncIterator[httpx.AsyncClient]:
    ingest = Ingest(database=database, directory=Directory(), clock=lambda: NOON, limit=ODD_EVENTS)
    working = asyncio.create_task(ingest.run())
    app = EventsApp(ingest.take, EventMetrics(CollectorRegistry()))
    transport = httpx.ASGITransport(app=app, client=("192.0.2.7", 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://tocsin") as client:
        yield client
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


async def rows(database: Database, table: sa.Table) -> list[Any]:
    async with database.read() as tx:
        return list(await tx.execute(sa.select(table).order_by(table.c.id)))


async def test_events_of_all_dialects_are_stored_before_they_are_answered(
    client: httpx.AsyncClient, database: Database, team: Team
) -> None:
    new = await client.post(V2, json=EVENT | {"routing_key": team.key})
    old = await client.post(V1, json=OLD_EVENT | {"service_key": team.key})
    own = await client.post(
        f"/integration/{team.key}/enqueue", json=OLD_EVENT | {"service_key": "", "incident_key": ""}
    )
    change = await client.post(CHANGE, json={"routing_key": team.key, "payload": {"summary": "v2"}})

    assert [answer.status_code for answer in (new, old, own, change)] == [202, 200, 200, 202]
    keys = [new.json()["dedup_key"], old.json()["incident_key"], own.json()["incident_key"]]
    assert [alert.dedup_key for alert in await rows(database, tables.alerts)] == keys
    assert [change.summary for change in await rows(database, tables.change_events)] == ["v2"]


async def test_what_fits_nowhere_is_kept_in_quarantine(
    client: httpx.AsyncClient, database: Database, team: Team
) -> None:
    unknown = await client.post(V2, json=EVENT)
    unreadable = await client.post(f"/integration/{team.key}/enqueue", content=b"disk full")

    assert [unknown.status_code, unreadable.status_code] == [400, 400]
    assert [
        (stray.path, stray.sender, stray.key_hint, stray.body)
        for stray in await rows(database, tables.quarantine)
    ] == [
        (V2, "192.0.2.7", KEY[:4], unknown.request.content),
        ("/integration/…/enqueue", "192.0.2.7", team.key[:4], b"disk full"),
    ]


async def test_every_odd_event_that_can_be_read_can_be_stored(
    client: httpx.AsyncClient, team: Team
) -> None:
    random = Random(2026)
    keys = {"routing_key": team.key, "service_key": team.key}
    bodies = [json.dumps(event(random) | keys) for _ in range(ODD_EVENTS)]
    answers = await asyncio.gather(
        *(client.post(random.choice((V2, V1, CHANGE)), content=body) for body in bodies)
    )

    counted = Counter(answer.status_code for answer in answers)
    assert counted.keys() == {200, 202, 400}
    assert counted[200] + counted[202] > ODD_EVENTS / 10
    assert not [answer.text for answer in answers if "cannot be stored" in answer.text]
