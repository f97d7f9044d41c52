"""Ingest against a real database: what is answered is stored, and nothing is stored twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from tests.team import MINUTE, NOON, Team, integrate, make_team
from tocsin.domain.intake.event import ChangeEvent, Event
from tocsin.domain.intake.service import UrgencyRule
from tocsin.domain.response.incident import Incident
from tocsin.kit.ids import new_id
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.intake.services import SERVICES
from tocsin.store.response import incidents
from tocsin.usecases.directory import Directory
from tocsin.usecases.intake.ingest import Ingest
from tocsin.usecases.intake.parcels import Full, Parcel, Stray, Verdict


@pytest.fixture
async def team(database: Database) -> Team:
    return await make_team(database)


@asynccontextmanager
async def running(database: Database, *, limit: int = 1000) -> AsyncIterator[Ingest]:
    ingest = Ingest(database=database, directory=Directory(), clock=lambda: NOON, limit=limit)
    task = asyncio.create_task(ingest.run())
    try:
        yield ingest
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def ingest(database: Database) -> AsyncIterator[Ingest]:
    async with running(database) as ingest:
        yield ingest


def parcel(key: str, action: str = "trigger", **given: Any) -> Parcel:
    event = {"dedup_key": "disk", "summary": "Disk full", "severity": "critical"} | given
    return Parcel(
        key=key,
        what=msgspec.convert({"action": action} | event, Event),
        path="/v2/enqueue",
        sender="127.0.0.1",
        body=b"{}",
    )


async def rows(database: Database, table: sa.Table) -> list[Any]:
    async with database.read() as tx:
        return list(await tx.execute(sa.select(table).order_by(table.c.id)))


async def all_incidents(database: Database) -> list[Incident]:
    async with database.read() as tx:
        return await incidents.select(tx, order_by=(tables.incidents.c.id,), limit=100)


async def test_a_trigger_is_an_alert_an_incident_its_log_and_due_work(
    database: Database, team: Team, ingest: Ingest
) -> None:
    assert await ingest.take(parcel(team.key)) is Verdict.ACCEPTED

    [incident] = await all_incidents(database)
    [alert] = await rows(database, tables.alerts)
    log = await rows(database, tables.log_entries)
    work = await rows(database, tables.work)
    assert (incident.title, incident.number, incident.status) == ("Disk full", 1, "triggered")
    assert [a.user_id for a in incident.assignments] == [team.ann.id]
    assert (alert.incident_id, alert.status, alert.body["summary"]) == (
        incident.id,
        "triggered",
        "Disk full",
    )
    assert [entry.type for entry in log] == ["trigger_log_entry", "assign_log_entry"]
    assert {(w.lane, w.kind, w.due - NOON) for w in work} == {
        ("email", "notify", timedelta()),
        ("timer", "escalate", 5 * MINUTE),
        ("timer", "auto_resolve", timedelta(seconds=14400)),
    }


async def test_a_second_trigger_is_appended_to_the_open_alert(
    database: Database, team: Team, ingest: Ingest
) -> None:
    for _ in range(3):
        await ingest.take(parcel(team.key))

    log = await rows(database, tables.log_entries)
    assert len(await rows(database, tables.alerts)) == 1
    assert [entry.type for entry in log].count("trigger_log_entry") == 3
    assert len(await rows(database, tables.work)) == 3


async def test_many_events_at_once_are_told_apart_by_their_keys(
    database: Database, team: Team, ingest: Ingest
) -> None:
    parcels = [parcel(team.key, dedup_key=f"disk-{number % 10}") for number in range(100)]

    verdicts = await asyncio.gather(*(ingest.take(one) for one in parcels))

    assert set(verdicts) == {Verdict.ACCEPTED}
    assert len(await rows(database, tables.alerts)) == 10
    assert len(await rows(database, tables.log_entries)) == 110


async def test_a_trigger_after_a_resolve_opens_a_new_alert_even_in_one_batch(
    database: Database, team: Team, ingest: Ingest
) -> None:
    await ingest.take(parcel(team.key))

    await asyncio.gather(
        *(ingest.take(parcel(team.key, action)) for action in ("resolve", "trigger", "resolve"))
    )

    assert [a.status for a in await rows(database, tables.alerts)] == ["resolved", "resolved"]
    assert [i.status for i in await all_incidents(database)] == ["resolved", "resolved"]


async def test_an_alert_that_begins_and_ends_in_one_batch_is_kept_as_it_ended(
    database: Database, team: Team, ingest: Ingest
) -> None:
    await asyncio.gather(
        *(ingest.take(parcel(team.key, action)) for action in ("trigger", "acknowledge", "resolve"))
    )

    [incident] = await all_incidents(database)
    assert (incident.status, incident.generation) == ("resolved", 4)


async def test_an_acknowledgement_by_event_stops_the_climb(
    database: Database, team: Team, ingest: Ingest
) -> None:
    await ingest.take(parcel(team.key))
    await ingest.take(parcel(team.key, "acknowledge"))

    [incident] = await all_incidents(database)
    assert incident.status == "acknowledged"
    assert incident.escalate_at is None
    assert incident.acknowledgements[0].by.kind == "integration"


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
async def test_reacting_to_nothing_changes_nothing(
    database: Database, team: Team, ingest: Ingest, action: str
) -> None:
    assert await ingest.take(parcel(team.key, action)) is Verdict.ACCEPTED
    assert await rows(database, tables.alerts) == []


async def test_a_key_acts_on_its_own_alerts_only(
    database: Database, team: Team, ingest: Ingest
) -> None:
    async with database.begin() as tx:
        other, _ = await integrate(tx, team.service)
    await ingest.take(parcel(team.key))
    await ingest.take(parcel(other, "resolve"))
    await ingest.take(parcel(other))

    assert [a.status for a in await rows(database, tables.alerts)] == ["triggered", "triggered"]
    assert len(await all_incidents(database)) == 2


async def test_an_unknown_key_goes_to_quarantine(
    database: Database, team: Team, ingest: Ingest
) -> None:
    verdict = await ingest.take(parcel("f" * 32))

    [stray] = await rows(database, tables.quarantine)
    assert verdict is Verdict.UNKNOWN_KEY
    assert (stray.key_hint, stray.sender, stray.body) == ("ffff", "127.0.0.1", b"{}")


async def test_a_key_made_a_moment_ago_is_known(
    database: Database, team: Team, ingest: Ingest
) -> None:
    await ingest.take(parcel(team.key))
    async with database.begin() as tx:
        fresh, _ = await integrate(tx, team.service)

    assert await ingest.take(parcel(fresh)) is Verdict.ACCEPTED


async def test_a_disabled_service_records_and_pages_nobody_until_it_is_back(
    database: Database, team: Team, ingest: Ingest
) -> None:
    await set_service(database, replace(team.service, disabled=True))
    await ingest.take(parcel(team.key))
    [alert] = await rows(database, tables.alerts)
    assert (alert.suppressed, alert.incident_id) == (True, None)
    assert await rows(database, tables.work) == []

    await set_service(database, team.service)
    await ingest.take(parcel(team.key))
    [alert] = await rows(database, tables.alerts)
    [incident] = await all_incidents(database)
    assert (alert.suppressed, alert.incident_id) == (False, incident.id)


async def test_maintenance_silences_its_services_for_its_time(
    database: Database, team: Team, ingest: Ingest
) -> None:
    window = {"id": new_id(), "start": NOON - MINUTE, "end": NOON + MINUTE}
    async with database.begin() as tx:
        await tx.execute(
            sa.insert(tables.maintenance_windows).values(**window, service_ids=[team.service.id])
        )
    await ingest.take(parcel(team.key))

    assert await all_incidents(database) == []


async def test_a_more_severe_trigger_makes_a_quiet_incident_loud(
    database: Database, team: Team, ingest: Ingest
) -> None:
    await set_service(
        database, replace(team.service, urgency_rule=UrgencyRule(urgency="severity_based"))
    )
    await ingest.take(parcel(team.key, severity="warning"))
    [quiet] = await all_incidents(database)
    await ingest.take(parcel(team.key, severity="critical"))
    await ingest.take(parcel(team.key, severity="warning"))
    [loud] = await all_incidents(database)

    assert (quiet.urgency, quiet.escalate_at) == ("low", None)
    assert (loud.urgency, loud.escalate_at) == ("high", NOON + 5 * MINUTE)


async def test_round_robin_deals_within_one_batch(database: Database) -> None:
    team = await make_team(database, strategy="round_robin")
    async with running(database) as ingest:
        parcels = [parcel(team.key, dedup_key=str(number)) for number in range(4)]
        await asyncio.gather(*(ingest.take(one) for one in parcels))
        await ingest.take(parcel(team.key, dedup_key="later"))

    holders = [incident.assignments[0].user_id for incident in await all_incidents(database)]
    ann, ben = team.ann.id, team.ben.id
    assert holders == [ann, ben, ann, ben, ann]


async def test_change_events_and_unreadable_bodies_are_kept_too(
    database: Database, team: Team, ingest: Ingest
) -> None:
    deploy = replace(parcel(team.key), what=ChangeEvent(summary="Deployed 1.2"))
    await ingest.take(deploy)
    await ingest.take(
        Stray(key=team.key, reason="Not JSON.", path="/", sender="127.0.0.1", body=b"<xml/>")
    )

    assert [c.summary for c in await rows(database, tables.change_events)] == ["Deployed 1.2"]
    assert [s.reason for s in await rows(database, tables.quarantine)] == ["Not JSON."]


async def test_a_full_queue_says_when_to_come_back(database: Database, team: Team) -> None:
    async with running(database, limit=2) as ingest:
        takes = [ingest.take(parcel(team.key, dedup_key=str(number))) for number in range(5)]
        outcomes = await asyncio.gather(*takes, return_exceptions=True)

    assert [type(outcome) for outcome in outcomes] == [Verdict, Verdict, Full, Full, Full]


async def test_an_event_that_cannot_be_stored_fails_alone_and_is_set_aside(
    database: Database, team: Team, ingest: Ingest
) -> None:
    poison = parcel(team.key, dedup_key="a\0b")  # the adapters let no such text through

    parcels = (parcel(team.key), poison, parcel(team.key))
    outcomes = await asyncio.gather(*(ingest.take(one) for one in parcels))

    assert outcomes == [Verdict.ACCEPTED, Verdict.UNSTORABLE, Verdict.ACCEPTED]
    assert len(await rows(database, tables.quarantine)) == 1


async def set_service(database: Database, service: Any) -> None:
    async with database.begin() as tx:
        await SERVICES.update(tx, service)
