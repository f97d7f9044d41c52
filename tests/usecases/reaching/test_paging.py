"""Pages: asked for once more, made one message, and written down with what follows from them."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.night import URL, Night
from tests.team import MINUTE, NOON
from tocsin.domain.intake.event import Link
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.message import Message
from tocsin.domain.work import Work
from tocsin.store import tables
from tocsin.usecases.reaching.paging import Bundle, compose
from tocsin.usecases.reaching.receipts import record, strike
from tocsin.usecases.work import lease

SENT = Delivery(ok=True, detail="250 OK", provider_id="<1@example.com>")
LATER = Delivery(ok=False, detail="451 later", retry=True)
NEVER = Delivery(ok=False, detail="550 no such user")


async def leased(night: Night, lane: str = "email") -> list[Work]:
    return await lease(night.house, lane, night.now, limit=200)


async def composed(night: Night, lane: str = "email") -> Bundle:
    return await compose(night.house, await leased(night, lane), night.now)


def message_of(bundle: Bundle) -> Message:
    assert bundle.message is not None
    return bundle.message


async def test_a_page_says_what_is_wrong_where_since_when_and_whose_it_is(night: Night) -> None:
    [incident] = await night.trigger(
        "Disk full",
        custom_details={"free": "0 %"},
        links=[{"href": "https://wiki.example.com", "text": "Runbook"}],
    )

    bundle = await composed(night)

    message = message_of(bundle)
    [briefing] = message.incidents
    assert (bundle.kind, bundle.address) == ("email", "ann@example.com")
    assert (message.recipient, message.time_zone, message.at) == ("Ann", "Europe/Vienna", NOON)
    assert (briefing.number, briefing.title, briefing.service) == (1, "Disk full", "Checkout")
    assert (briefing.urgency, briefing.severity, briefing.source) == ("high", "critical", "db-1")
    assert (briefing.policy, briefing.assignees) == ("Web", ("Ann",))
    assert briefing.html_url == f"{URL}/incidents/{incident.id}"
    assert briefing.details == {"free": "0 %"}
    assert briefing.links == (Link("https://wiki.example.com", "Runbook"),)
    assert briefing.opened_at == NOON


async def test_the_recipients_own_zone_and_wish_for_short_mails_count(night: Night) -> None:
    await night.sql(sa.update(tables.users).values(time_zone="Asia/Tokyo"))
    await night.sql(sa.update(tables.contact_methods).values(send_short_email=True))
    await night.trigger("Disk full")

    message = message_of(await composed(night))

    assert (message.time_zone, message.short) == ("Asia/Tokyo", True)


async def test_what_was_acknowledged_meanwhile_is_not_sent(night: Night) -> None:
    wanted, unwanted = await night.trigger("Disk full", "CPU hot")
    await night.acknowledge(unwanted)

    bundle = await composed(night)
    await record(night.house, bundle, SENT, night.now)

    assert [i.number for i in message_of(bundle).incidents] == [wanted.number]
    assert [work.incident_id for work in bundle.stale] == [unwanted.id]
    assert await night.work() == []
    assert await night.told(unwanted) == []


async def test_pages_of_an_older_course_are_struck_in_silence(night: Night) -> None:
    await night.acknowledge(*await night.trigger("Disk full"))

    bundle = await composed(night)
    await strike(night.house, bundle)

    assert (bundle.message, bundle.works) == (None, ())
    assert await night.work() == []
    assert await night.notifications() == []


async def test_a_page_for_an_incident_that_is_gone_is_struck(night: Night) -> None:
    await night.trigger("Disk full")
    await night.sql(sa.delete(tables.incidents))

    assert len((await composed(night)).stale) == 1


async def test_many_incidents_are_one_message_without_details(night: Night) -> None:
    names = [f"Host {n}" for n in range(6)]
    await night.trigger(*names, custom_details={"free": "0 %"})

    incidents = message_of(await composed(night)).incidents

    assert [incident.title for incident in incidents] == names
    assert {incident.details for incident in incidents} == {None}


async def test_two_pages_about_one_incident_tell_of_it_once(night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    [first] = await leased(night)

    bundle = await compose(night.house, [first, first], night.now)
    await record(night.house, bundle, SENT, night.now)

    assert len(message_of(bundle).incidents) == 1
    assert len(await night.notifications()) == len(await night.told(incident)) == 1


async def test_a_delivered_page_is_a_notification_and_a_log_entry(night: Night) -> None:
    [incident] = await night.trigger("Disk full")

    await record(night.house, await composed(night), SENT, night.passes(seconds=1))

    [notification] = await night.notifications()
    [entry] = await night.told(incident)
    assert notification.incident_id == incident.id
    assert notification.user_id == night.team.ann.id
    assert (notification.kind, notification.address) == ("email", "ann@example.com")
    assert (notification.status, notification.detail) == ("success", "250 OK")
    assert (notification.provider_id, notification.at) == ("<1@example.com>", night.now)
    assert entry.agent is None
    assert entry.at == night.now
    assert entry.channel == {
        "type": "auto",
        "notification": {"type": "email", "address": "ann@example.com", "status": "success"},
    }
    assert entry.details == {"user": night.team.ann.id}
    assert await night.work() == []


async def test_a_page_that_may_get_through_later_is_tried_less_and_less_often(
    night: Night,
) -> None:
    [incident] = await night.trigger("Disk full")
    waits = []
    for _ in range(7):
        await record(night.house, await composed(night), LATER, night.now)
        [work] = await night.work()
        waits.append((work.due - night.now).total_seconds())
        night.now = work.due

    assert waits == [5, 10, 20, 25, 60, 60, 60]
    assert {n.status for n in await night.notifications()} == {"retrying"}
    assert await night.told(incident) == []


async def test_a_wish_for_patience_is_respected(night: Night) -> None:
    await night.trigger("Disk full")
    patient = Delivery(ok=False, detail="429", retry=True, wait_seconds=300)

    await record(night.house, await composed(night), patient, night.now)

    assert (await night.work())[0].due == NOON + 5 * MINUTE


async def test_what_is_tried_again_stays_one_message(night: Night) -> None:
    await night.trigger("Disk full")
    await record(night.house, await composed(night), LATER, night.now)
    await night.trigger("CPU hot")
    night.passes(seconds=5)

    await record(night.house, await composed(night), LATER, night.now)

    assert {work.due for work in await night.work()} == {night.now + timedelta(seconds=5)}


async def test_after_an_hour_another_way_is_tried(night: Night) -> None:
    await night.give(night.team.ann, "webhook", "https://hooks.example.com")
    [incident] = await night.trigger("Disk full")
    night.passes(minutes=59, seconds=56)

    await record(night.house, await composed(night), LATER, night.now)

    assert [work.lane for work in await night.work()] == ["webhook"]
    assert [n.status for n in await night.notifications()] == ["failed"]
    assert len(await night.told(incident)) == 1


async def test_a_page_that_fails_for_good_goes_by_every_other_way_at_once(night: Night) -> None:
    ann = night.team.ann
    sms = await night.give(ann, "sms", "5551234", minutes=0)
    hook = await night.give(ann, "webhook", "https://hooks.example.com", minutes=30)
    [incident] = await night.trigger("Disk full")
    [email] = await leased(night)

    ways = []
    for lane in ("sms", "webhook"):
        bundle = await composed(night, lane)
        ways.append(bundle.address)
        await record(night.house, bundle, NEVER, night.now)
    work = {work.lane: work for work in await night.work() if work.due == NOON}

    assert ways == ["+15551234", "https://hooks.example.com"]
    assert work["email"].payload == {"tried": [sms.id, hook.id]}
    assert work["email"].contact_method_id == email.contact_method_id
    assert work["email"].generation == incident.generation
    [first, second] = await night.told(incident)
    assert first.channel["notification"]["status"] == "failed"
    assert first.details == {"user": ann.id, "reason": "550 no such user", "then": "way"}
    assert second.channel["notification"]["type"] == "webhook"


async def test_when_no_way_is_left_the_administrators_are_told(night: Night) -> None:
    await night.trigger("Disk full", "CPU hot")

    await record(night.house, await composed(night), NEVER, night.now)

    assert await night.work() == []
    assert await night.alarms() == [
        f"Ann was not told of incident #{number}: email failed and no other way is left;"
        " the next level is paged now. 550 no such user"
        for number in (1, 2)
    ]


async def test_a_deleted_contact_method_is_a_failure_and_the_login_address_the_last_way(
    night: Night,
) -> None:
    await night.trigger("Disk full")
    [work] = await leased(night)
    await night.take_away(work.contact_method_id)

    bundle = await compose(night.house, [work], night.now)
    await record(night.house, bundle, bundle.refusal, night.now)
    again = await composed(night)

    assert bundle.message is None
    assert bundle.refusal.detail == "The contact method was deleted."
    assert again.address == "ann@example.com"
    assert again.works[0].contact_method_id is None
    assert message_of(again).recipient == "Ann"


async def test_a_deleted_person_is_not_silence_either(night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    works = await leased(night)
    await night.sql(sa.delete(tables.users).where(tables.users.c.id == night.team.ann.id))

    bundle = await compose(night.house, works, night.now)
    await record(night.house, bundle, bundle.refusal, night.now)

    assert await night.alarms() == [
        f"User {night.team.ann.id} was not told of incident #{incident.number}: email failed and"
        " no other way is left; the next level is paged now. The user was deleted."
    ]


@pytest.mark.parametrize("delivery", [SENT, LATER, NEVER])
async def test_hundreds_of_pages_are_written_down_at_once(night: Night, delivery: Delivery) -> None:
    await night.trigger(*(f"Host {n}" for n in range(200)))
    bundle = await composed(night)
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    engine = night.database.engine.sync_engine
    sa.event.listen(engine, "before_cursor_execute", note)
    await record(night.house, bundle, delivery, night.now)
    sa.event.remove(engine, "before_cursor_execute", note)

    assert len(await night.notifications()) == 200
    assert len(statements) <= 6
