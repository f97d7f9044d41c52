"""Vital signs: figures of the present, and sentences on what somebody should see to."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from tests.night import Night
from tests.team import NOON
from tocsin.domain.reaching.notification import Notification
from tocsin.kit.ids import new_id
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.reaching.notifications import NOTIFICATIONS
from tocsin.usecases import nodes
from tocsin.usecases.nodes import Node
from tocsin.usecases.vitals import NO_MAIL, Channel, examine, troubles

NODE = Node(id="P1", name="one", role="all", started_at=NOON, beat_at=NOON)


@pytest.fixture
async def night(database: Database) -> Night:
    night = await Night.falls(database)
    await nodes.beat(night.house, NODE)
    return night


async def tell(night: Night, minutes_ago: float, **given: Any) -> None:
    notification = Notification(
        id=new_id("Q"),
        incident_id=None,
        user_id=night.team.ann.id,
        contact_method_id=None,
        at=night.now - timedelta(minutes=minutes_ago),
        **({"kind": "email", "address": "a", "status": "success", "detail": "250 OK"} | given),
    )
    async with night.database.begin() as tx:
        await NOTIFICATIONS.insert(tx, notification)


async def complaints(night: Night) -> list[str]:
    house = replace(night.house, channels=frozenset({"email"}))
    return list(troubles(await examine(house, night.now)))


async def test_the_figures_of_a_healthy_house(night: Night) -> None:
    vitals = await examine(night.house, night.now)

    assert vitals.is_embedded
    assert vitals.database.version.split(".")[0].isdigit()
    assert vitals.database.bytes > 1_000_000
    assert vitals.latency > 0
    assert [(member.node.name, member.is_silent) for member in vitals.members] == [("one", False)]
    assert (vitals.lanes, vitals.channels, vitals.waiting) == ([], [], 0)
    assert list(troubles(vitals)) == [NO_MAIL]
    assert await complaints(night) == []


async def test_waiting_work_is_counted_by_lane_and_late_work_is_told(night: Night) -> None:
    await night.trigger("Disk full")
    night.passes(minutes=3)

    lanes = {lane.name: lane for lane in (await examine(night.house, night.now)).lanes}

    assert (lanes["email"].due, lanes["email"].oldest) == (1, NOON)
    assert (lanes["timer"].due, lanes["timer"].later) == (0, 2)
    assert "Work in the lane email is late: the oldest was due 3 min ago." in await complaints(
        night
    )


async def test_a_node_that_fell_silent_is_told_and_no_other_one_with_an_engine(
    night: Night,
) -> None:
    night.passes(minutes=1)

    assert await complaints(night) == [
        "No node does due work: nobody is paged. Start a node with TOCSIN_ROLE engine or all.",
        "Node one has been silent for more than 30 seconds.",
    ]


async def test_a_channel_tells_how_it_did_and_why_it_failed(night: Night) -> None:
    await tell(night, 3000, status="failed", detail="long ago")
    await tell(night, 30)
    for minutes, detail in ((50, "421 Busy"), (40, "550 Unknown"), (20, "550 Full"), (90, "x")):
        await tell(night, minutes, status="failed" if minutes > 30 else "retrying", detail=detail)
    await tell(night, 10, kind="sms", status="failed", detail="No provider for sms is configured.")

    email, sms = (await examine(night.house, night.now)).channels

    assert not email.is_set_up
    assert (email.way.delivered, email.way.failed, email.way.failed_lately) == (1, 4, 3)
    assert (email.way.last_success, email.way.detail) == (
        night.now - timedelta(minutes=30),
        "550 Full",
    )
    assert (sms.way.kind, sms.way.last_success) == ("sms", None)
    assert await complaints(night) == [
        "The channel email failed 3 times in the last hour: 550 Full"
    ]


async def test_a_channel_that_is_set_up_is_listed_before_it_was_used(night: Night) -> None:
    house = replace(night.house, channels=frozenset({"webhook"}))

    assert [type(c) for c in (await examine(house, night.now)).channels] == [Channel]


async def test_alarms_and_strays_of_the_last_day_are_counted(night: Night) -> None:
    for hours in (1, 23, 25):
        at = night.now - timedelta(hours=hours)
        await night.sql(
            sa.insert(tables.alarms).values(id=new_id("Q"), at=at, sentence="Nobody was told.")
        )

    assert (await examine(night.house, night.now)).counts.alarms == 2


async def test_many_events_at_the_door_are_told(night: Night) -> None:
    house = replace(night.house, channels=frozenset({"email"}), waiting=lambda: 5000)

    assert list(troubles(await examine(house, night.now))) == [
        "5000 events wait to be stored: the database is too slow for them."
    ]
