"""Signals: who is told of a violation, when, in which order, and what follows from it."""

import asyncio

import sqlalchemy as sa
from msgspec.structs import replace

from tests.telling import BUSY, REFUSED, SENT, Town
from tocsin.domain.monitoring.channel_config import ApiAction, ApiRequest
from tocsin.store.machines.deliveries import DELIVERIES
from tocsin.store.monitoring.violations import VIOLATIONS
from tocsin.usecases.monitoring import notification_channels, notification_schemes, signals
from tocsin.usecases.monitoring.notification_channels import Wish
from tocsin.usecases.monitoring.telling import MOST_ATTEMPTS

API = ApiAction(
    trigger=ApiRequest(url="https://api.example.com/"),
    resolve=ApiRequest(url="https://api.example.com/{ID}"),
    parse_response="id",
)


async def details(town: Town) -> list[str]:
    async with town.night.database.read() as tx:
        found = await DELIVERIES.select(tx, order_by=(DELIVERIES.c.sequence,))
    return [f"{one.kind} {one.status}: {one.detail}" for one in found]


async def test_a_violation_is_told_from_its_beginning_to_its_end(town: Town) -> None:
    pager = await town.channel()
    await town.attach(pager)

    violation = await town.begins()
    assert await town.told() == ["trigger"]
    [signal] = town.heard
    assert (signal.number, signal.rule, signal.monitor) == (1, "Slow pages", "Cart")
    assert (signal.environment, signal.subject) == ("Shop", "https://shop.example.com/")
    assert (signal.metric, signal.dimensions) == ("response_time > 500", "")
    assert signal.link == f"https://oncall.example.com/violations/{violation.id}"
    acknowledged = await town.becomes(
        violation, "acknowledge", acknowledged_at=town.night.now, acknowledged_by="Ann"
    )
    assert await town.told() == ["acknowledge"]
    assert town.heard[0].summary == "Acknowledged by Ann: Cart answers in 812 ms"
    await town.clears(acknowledged)
    assert await town.told() == ["resolve"]
    assert await town.told() == []

    thread = await town.thread(pager, violation)
    assert thread is not None
    assert (thread.remote_status, thread.closed_at) == ("resolved", town.night.now)
    channel = await town.channel_now(pager)
    assert channel is not None
    assert (channel.proof, channel.last_ok, channel.last_detail) == (
        "sent", True, "HTTP 202 Accepted",
    )  # fmt: skip


async def test_each_channel_is_told_once_however_often_it_is_named(town: Town) -> None:
    pager, mail, other = [await town.channel(name) for name in ("Pager", "Mail", "Other")]
    await town.attach(pager)
    await town.attach_to_all(pager, mail)
    await town.scheme((0, pager), (60, pager))

    await town.begins()

    assert await town.told() == ["trigger", "trigger"]
    assert await town.tell(minutes=5) == []
    assert (await town.channel_now(other)) == other


async def test_a_later_step_hears_of_it_unless_somebody_has_it(town: Town) -> None:
    first, backup, boss = [await town.channel(name) for name in ("First", "Backup", "Boss")]
    await town.scheme((0, first), (300, backup), (900, boss))
    violation = await town.begins()

    assert len(await town.tell()) == 1
    assert await town.tell(seconds=299) == []
    assert len(await town.tell(seconds=1)) == 1
    await town.becomes(violation, "acknowledge", acknowledged_at=town.night.now)
    assert await town.told() == ["acknowledge", "acknowledge"]
    assert await town.tell(minutes=20) == []
    assert "trigger dropped: Not sent: somebody has acknowledged it." in await details(town)


async def test_a_later_step_is_not_told_of_what_is_over(town: Town) -> None:
    backup = await town.channel()
    await town.scheme((300, backup))
    violation = await town.begins()
    await town.clears(violation)

    assert await town.tell(minutes=5) == []
    assert await details(town) == ["trigger dropped: Not sent: it was over before."]


async def test_a_later_step_is_not_told_if_the_scheme_has_no_such_step_by_then(
    town: Town,
) -> None:
    first, backup = await town.channel("First"), await town.channel("Backup")
    scheme_id = await town.scheme((0, first), (300, backup))
    await town.begins()
    assert len(await town.tell()) == 1

    await notification_schemes.remove(town.house, scheme_id)

    assert await town.tell(minutes=5) == []
    assert (await details(town))[-1].endswith("its rule does not tell this channel any more.")


async def test_what_was_over_before_it_left_is_told_to_nobody(town: Town) -> None:
    await town.attach(await town.channel())

    await town.clears(await town.begins())

    assert await town.told() == []
    assert await details(town) == ["trigger dropped: Not sent: it was over before."]
    assert await town.night.alarms() == []


async def test_a_trigger_waits_for_whoever_is_just_clearing_its_violation(town: Town) -> None:
    await town.attach(await town.channel())
    violation = await town.begins()
    cleared = replace(violation, state="cleared")

    async with town.night.database.begin() as tx:
        await VIOLATIONS.update(tx, cleared)
        telling = asyncio.create_task(town.told())
        await asyncio.sleep(0.2)
        await signals.plan(tx, town.house, cleared, "resolve", town.night.now)

    assert await telling == []


async def test_what_may_have_arrived_is_ended_even_if_it_was_over_before_the_next_try(
    town: Town,
) -> None:
    await town.attach(await town.channel())
    violation = await town.begins()
    town.answer = lambda _: BUSY
    assert await town.told() == ["trigger"]

    town.answer = lambda _: SENT
    await town.clears(violation)

    assert await town.tell(minutes=1) == ["resolve: Cart answers in 812 ms"]


async def test_what_was_acknowledged_before_it_left_is_told_as_such(town: Town) -> None:
    await town.attach(await town.channel())
    violation = await town.begins()

    await town.becomes(violation, "acknowledge", acknowledged_at=town.night.now)

    assert await town.told() == ["trigger", "acknowledge"]


async def test_a_warning_that_becomes_an_alarm_is_told_again(town: Town) -> None:
    await town.attach(await town.channel())
    violation = await town.begins(level="warning", severity="warning")
    await town.becomes(violation, "trigger", level="alarm", severity="critical")
    assert await town.told() == ["trigger"]
    assert [signal.severity for signal in town.heard] == ["critical"]

    await town.becomes(violation, "trigger", level="warning", severity="warning")

    assert await town.told() == ["trigger"]
    assert [signal.severity for signal in town.heard] == ["warning"]


async def test_a_request_that_begins_an_incident_is_sent_once(town: Town) -> None:
    await town.attach(await town.channel(config=API))
    town.answer = lambda signal: replace(
        SENT, remote_id="PT4KHLK" if signal.action == "trigger" else None
    )
    violation = await town.begins(level="warning")
    assert await town.told() == ["trigger"]

    alarm = await town.becomes(violation, "trigger", level="alarm")
    assert await town.told() == []
    await town.becomes(alarm, "acknowledge", acknowledged_at=town.night.now)
    assert await town.told() == []
    assert "the channel has no request for this" in (await details(town))[-1]
    await town.clears(alarm)

    assert await town.told() == ["resolve"]
    assert town.heard[0].remote_id == "PT4KHLK"


async def test_the_side_that_said_it_is_not_told_again(town: Town) -> None:
    pager, mail = await town.channel("Pager"), await town.channel("Mail")
    await town.attach(pager, mail)
    violation = await town.begins()
    assert len(await town.tell()) == 2

    acknowledged = await town.becomes(
        violation, "acknowledge", but=pager.id, acknowledged_at=town.night.now
    )
    assert len(await town.tell()) == 1
    thread = await town.thread(pager, violation)
    assert thread is not None
    assert (thread.remote_status, thread.closed_at) == ("acknowledged", None)
    await town.clears(acknowledged, but=pager.id)

    assert len(await town.tell()) == 1
    thread = await town.thread(pager, violation)
    assert thread is not None
    assert (thread.remote_status, thread.closed_at) == ("resolved", town.night.now)


async def test_a_side_that_is_faster_than_our_notes_keeps_its_word(town: Town) -> None:
    pager = await town.channel()
    await town.attach(pager)
    violation = await town.begins()
    town.answer = lambda _: BUSY
    await town.tell()
    await town.becomes(violation, "acknowledge", but=pager.id, acknowledged_at=town.night.now)
    town.answer = lambda _: SENT
    await town.tell(minutes=1)

    thread = await town.thread(pager, violation)
    assert thread is not None
    assert thread.remote_status == "acknowledged"


async def test_a_busy_side_is_told_the_same_until_it_listens(town: Town) -> None:
    pager = await town.channel()
    await town.attach(pager)
    town.answer = lambda _: replace(BUSY, wait_seconds=60)
    violation = await town.begins()
    first = await town.tell()
    at = town.heard[0].at
    await town.becomes(violation, "acknowledge", acknowledged_at=town.night.now)
    assert await town.tell(seconds=59) == []
    channel = await town.channel_now(pager)
    assert channel is not None
    assert (channel.proof, channel.last_ok, channel.last_detail) == ("untried", False, "HTTP 503")

    town.answer = lambda _: SENT

    assert await town.tell(seconds=1) == [*first, "acknowledge: Cart answers in 812 ms"]
    assert town.heard[0].at == at
    assert await town.night.alarms() == []


async def test_a_side_that_never_listens_is_given_up_with_an_alarm(
    town: Town,
) -> None:
    pager = await town.channel()
    await town.attach(pager)
    town.answer = lambda _: BUSY
    await town.begins()

    tries = sum([len(await town.tell(minutes=30)) for _ in range(60)])

    assert tries == MOST_ATTEMPTS
    [alarm] = await town.night.alarms()
    assert alarm == (
        "Notification channel Pager did not take the trigger of “Cart answers in 812 ms”: HTTP 503"
    )
    channel = await town.channel_now(pager)
    assert channel is not None
    assert channel.proof == "failed"


async def test_a_refusal_is_an_alarm_and_what_would_follow_is_not_sent(town: Town) -> None:
    pager = await town.channel()
    await town.attach(pager)
    town.answer = lambda _: REFUSED
    violation = await town.begins()
    assert await town.told() == ["trigger"]

    await town.clears(violation)

    assert await town.told() == []
    assert len(await town.night.alarms()) == 1
    thread = await town.thread(pager, violation)
    assert thread is not None
    assert thread.closed_at is not None


async def test_a_refused_end_is_an_alarm_and_closes_the_thread(town: Town) -> None:
    pager = await town.channel()
    await town.attach(pager)
    violation = await town.begins()
    await town.tell()
    town.answer = lambda _: REFUSED
    await town.clears(violation)
    await town.tell()

    assert "did not take the resolve of" in (await town.night.alarms())[0]
    thread = await town.thread(pager, violation)
    assert thread is not None
    assert thread.closed_at is not None


async def test_nothing_is_told_of_a_violation_that_is_forgotten(town: Town) -> None:
    await town.attach(await town.channel())
    await town.begins()
    await town.night.sql(sa.text("delete from violations"))

    assert await town.told() == []


async def test_a_renamed_channel_hears_as_before(town: Town) -> None:
    pager = await town.channel()
    await town.attach(pager)
    await notification_channels.change(town.house, pager.id, Wish(name="Beeper"))
    await town.begins()

    assert await town.told() == ["trigger"]


async def test_settings_that_cannot_be_read_are_an_alarm(town: Town) -> None:
    pager = await town.channel()
    await town.attach(pager)
    await town.night.sql(sa.text("update notification_channels set config_encrypted = 'x'"))
    await town.begins()

    assert await town.told() == []
    assert "sealed with another key" in (await town.night.alarms())[0]
