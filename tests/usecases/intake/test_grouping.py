"""Grouping against a real database: which alerts are one incident, and who is paged for them."""

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from tests.grouped import (
    ALIKE,
    SOMEBODY,
    TIME,
    WHILE_OPEN,
    alerts,
    content,
    grouped,
    groups,
    log,
    parcel,
    post,
    receive,
    resolve,
    set_service,
)
from tests.night import Night
from tests.team import MINUTE
from tocsin.domain.intake.service import UrgencyRule
from tocsin.domain.response.incident import MOST_ALERTS
from tocsin.kit.ids import new_id
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.intake.services import SERVICES
from tocsin.usecases.response import incidents, merging
from tocsin.usecases.response.incidents import Change

PAGED_ONCE = ["trigger_log_entry", "assign_log_entry"]


async def test_alerts_within_the_time_are_one_incident_and_page_once(database: Database) -> None:
    night = await grouped(database, TIME)
    await night.trigger("disk")
    work = len(await night.work())
    night.passes(minutes=10)
    await night.trigger("cpu")
    night.passes(seconds=1)
    await night.trigger("late")

    first, second = await night.incidents()
    assert await groups(night) == [{"disk", "cpu"}, {"late"}]
    assert (first.title, second.title) == ("disk", "late")
    assert len(await night.work()) == 2 * work


async def test_a_joining_alert_is_told_in_the_log_and_leaves_the_incident_alone(
    database: Database,
) -> None:
    night = await grouped(database, TIME)
    [before] = await night.trigger("disk")
    night.passes(minutes=1)
    await night.trigger("cpu")

    [after] = await night.incidents()
    *begun, joining = await log(night, after)
    assert after == before
    assert [row.type for row in begun] == PAGED_ONCE
    assert (joining.type, joining.body["details"]["alert_id"]) == (
        "trigger_log_entry",
        (await alerts(night))["cpu"].id,
    )
    assert joining.body["details"]["event"]["summary"] == "cpu"


async def test_without_a_timeout_an_incident_is_joined_as_long_as_it_is_open(
    database: Database,
) -> None:
    night = await grouped(database, WHILE_OPEN, auto_resolve_timeout=None)
    [incident] = await night.trigger("disk")
    night.passes(days=40)
    await night.trigger("cpu")
    await resolve(night, incident)
    await night.trigger("fan")

    assert await groups(night) == [{"disk", "cpu"}, {"fan"}]


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        (content("all", "source", "component"), [{"a", "b"}, {"c"}, {"d"}, {"e"}]),
        (content("any", "source", "component"), [{"a", "b", "c", "d"}, {"e"}]),
        (content("all", "custom_details.rack.row"), [{"a", "c"}, {"b"}, {"d"}, {"e"}]),
        (content("all", "severity"), [{"a", "b", "c", "d", "e"}]),
    ],
)
@pytest.mark.parametrize("at_once", [True, False])
async def test_alerts_with_equal_content_are_one_incident(
    database: Database, setting: dict[str, Any], expected: list[set[str]], at_once: bool
) -> None:
    night = await grouped(database, setting)
    row: dict[str, Any] = {"custom_details": {"rack": {"row": 7}}}
    parcels = [
        parcel(night, "a", source="web-1", component="disk", **row),
        parcel(night, "b", source="web-1", component="disk"),
        parcel(night, "c", source="web-1", component="cpu", **row),
        parcel(night, "d", source="web-2", component="cpu"),
        parcel(night, "e", source="web-3", custom_details="row 7"),
    ]
    for group in [parcels] if at_once else [[one] for one in parcels]:
        await post(night, *group)

    assert await groups(night) == expected


async def test_the_window_begins_anew_with_each_alert_for_a_day_at_most(
    database: Database,
) -> None:
    night = await grouped(database, content("all", "source"), auto_resolve_timeout=None)
    for minutes in range(0, 24 * 60 + 1, 5):
        await night.trigger(str(minutes))
        night.passes(minutes=5)
    await night.trigger("tomorrow")
    night.passes(minutes=5, seconds=1)
    await night.trigger("later")

    assert [len(group) for group in await groups(night)] == [289, 1, 1]


async def test_alerts_with_like_summaries_are_one_incident(database: Database) -> None:
    night = await grouped(database, ALIKE)
    await night.trigger("Disk full on web-1")
    await night.trigger("Disk full on web-2", "Memory full on web-2", "Memory full on web-3")

    assert await groups(night) == [
        {"Disk full on web-1", "Disk full on web-2"},
        {"Memory full on web-2", "Memory full on web-3"},
    ]


async def test_the_newest_incident_that_fits_is_joined(database: Database) -> None:
    night = await grouped(database, WHILE_OPEN)
    night.team.service = replace(night.team.service, alert_grouping=None)
    await set_service(night)
    await night.trigger("old", "new")
    night.team.service = replace(night.team.service, alert_grouping=WHILE_OPEN)
    await set_service(night)
    await night.trigger("joining")

    assert await groups(night) == [{"old"}, {"new", "joining"}]


async def test_a_further_trigger_is_appended_as_ever(database: Database) -> None:
    night = await grouped(database, TIME)
    await night.trigger("disk", "cpu", "disk")
    night.passes(minutes=1)
    await night.trigger("cpu")

    [incident] = await night.incidents()
    entries = [row.type for row in await log(night, incident)]
    assert await groups(night) == [{"disk", "cpu"}]
    assert entries.count("trigger_log_entry") == 4


async def test_an_incident_ends_with_the_last_of_its_alerts(database: Database) -> None:
    night = await grouped(database, TIME)
    await night.trigger("disk", "cpu")
    await post(night, parcel(night, "disk", "resolve"))
    [open_] = await night.incidents()
    await post(night, parcel(night, "cpu", "resolve"))
    [over] = await night.incidents()

    assert (open_.status, over.status) == ("triggered", "resolved")


async def test_recoveries_and_new_alerts_in_one_batch_are_taken_in_their_order(
    database: Database,
) -> None:
    night = await grouped(database, TIME)
    await night.trigger("disk")
    await post(
        night,
        parcel(night, "cpu"),
        parcel(night, "disk", "resolve"),
        parcel(night, "disk"),
        parcel(night, "cpu", "resolve"),
        parcel(night, "disk", "resolve"),
        parcel(night, "fan"),
        parcel(night, "fan", "acknowledge"),
    )

    first, second = await night.incidents()
    assert (first.status, second.status) == ("resolved", "acknowledged")
    assert await groups(night) == [{"disk", "cpu"}, {"fan"}]


async def test_a_severe_alert_makes_the_quiet_incident_loud_that_it_joins(
    database: Database,
) -> None:
    rule = UrgencyRule(urgency="severity_based")
    night = await grouped(database, TIME, urgency_rule=rule)
    await night.trigger("disk", severity="warning")
    await night.trigger("cpu", severity="info")
    [quiet] = await night.incidents()
    await night.trigger("fan", severity="critical")
    await night.trigger("rack", severity="warning")
    [loud] = await night.incidents()

    assert (quiet.urgency, quiet.escalate_at) == ("low", None)
    assert (loud.urgency, loud.escalate_at) == ("high", night.now + 5 * MINUTE)
    assert await groups(night) == [{"disk", "cpu", "fan", "rack"}]


async def test_a_service_whose_incidents_are_always_quiet_stays_quiet(database: Database) -> None:
    night = await grouped(database, TIME, urgency_rule=UrgencyRule(urgency="low"))
    [begun] = await night.trigger("disk")
    await night.trigger("cpu")

    assert await night.incidents() == [begun]
    assert await groups(night) == [{"disk", "cpu"}]


async def test_a_disabled_service_only_records(database: Database) -> None:
    night = await grouped(database, TIME)
    await night.trigger("disk")
    night.team.service = replace(night.team.service, disabled=True)
    await set_service(night)
    await night.trigger("cpu")

    recorded = (await alerts(night))["cpu"]
    assert (recorded.suppressed, recorded.incident_id) == (True, None)


async def test_maintenance_only_records_and_what_comes_back_afterwards_can_be_joined(
    database: Database,
) -> None:
    night = await grouped(database, TIME)
    window = {"id": new_id(), "start": night.now - MINUTE, "end": night.now + 60 * MINUTE}
    covered = {"service_ids": [night.team.service.id]}
    await night.sql(sa.insert(tables.maintenance_windows).values(**window, **covered))
    await night.trigger("disk", "cpu")
    assert await night.incidents() == []

    night.passes(hours=1)
    await night.trigger("disk")
    await night.trigger("fan")
    assert await groups(night) == [{"disk", "fan"}]
    assert (await alerts(night))["cpu"].incident_id is None


async def test_services_do_not_mix(database: Database) -> None:
    night = await grouped(database, WHILE_OPEN)
    keys = await night.crowd(1)
    await night.trigger("elsewhere", key=keys["P0"])
    await night.trigger("disk")

    assert await groups(night) == [{"elsewhere"}, {"disk"}]


async def test_an_incident_that_moved_to_another_service_is_left_alone(
    database: Database,
) -> None:
    night = await grouped(database, WHILE_OPEN)
    await night.crowd(1)
    async with database.read() as tx:
        [other] = await SERVICES.select(tx, SERVICES.c.name == "P0")
    [incident] = await night.trigger("disk")
    wanted = Change(incident_id=incident.id, service_id=other.id)
    await incidents.change(night.house, [wanted], SOMEBODY, night.now)
    await night.trigger("cpu")

    assert await groups(night) == [{"disk"}, {"cpu"}]


async def test_a_merged_incident_is_not_joined_but_the_one_it_goes_on_in(
    database: Database,
) -> None:
    night = await grouped(database, content("all", "source"))
    [target] = await night.trigger("disk", source="web-1")
    [source] = await night.trigger("cpu", source="web-2")
    await merging.merge(night.house, target.id, [source.id], SOMEBODY, night.now)
    await night.trigger("fan", source="web-2")

    assert await groups(night) == [{"disk", "cpu", "fan"}]


async def test_a_full_incident_is_not_joined(database: Database) -> None:
    night = await grouped(database, TIME)
    await night.trigger(*(str(number) for number in range(MOST_ALERTS - 1)))
    await night.trigger("last", "first")
    await night.trigger("second")

    assert [len(group) for group in await groups(night)] == [MOST_ALERTS, 2]


async def test_a_service_without_grouping_asks_nothing_more(database: Database) -> None:
    night = await Night.falls(database)
    await night.trigger("warm")
    asked: list[str] = []
    async with database.hot() as connection:
        with connection.query_logger(lambda record: asked.append(record.query)):
            await receive(night, connection, [parcel(night, "disk"), parcel(night, "cpu")])
            await asyncio.sleep(0)

    assert len(asked) == 2  # what the keys mean, and all that is written
