"""Notification channels: made, changed, tried out, and taken away without leaving anything open."""

import asyncio

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from tests.night import Night
from tests.telling import ADDRESS, BUSY, REFUSED, SENT, Town
from tests.watching import environment
from tocsin.domain.machines.delivery import after
from tocsin.domain.masking import DOTS
from tocsin.domain.monitoring.channel_config import (
    EU,
    ApiAction,
    ApiRequest,
    FarSide,
    PagerDuty,
    Slack,
)
from tocsin.store.machines import deliveries
from tocsin.store.monitoring.notification_channels import CHANNELS
from tocsin.usecases.errors import Conflict, Invalid, NotFound
from tocsin.usecases.monitoring import (
    alert_rules,
    environments,
    notification_channels,
    notification_schemes,
)
from tocsin.usecases.monitoring.notification_channels import Wish

KEY = "0123456789abcdef0123456789abcdef"
PAGERDUTY = PagerDuty(integration_key=KEY)


async def test_a_channel_is_made_and_its_key_is_not_shown_again(town: Town) -> None:
    made = await town.channel(config=replace(PAGERDUTY, integration_key=f" {KEY} "))

    assert (made.kind, made.proof, made.last_ok) == ("pagerduty", "untried", None)
    assert made.shown == f"events.pagerduty.com, key {DOTS}cdef"
    assert KEY.encode() not in made.config_encrypted
    known = await notification_channels.get(town.house, made.id)
    assert known.channel == made
    assert known.config == PagerDuty(integration_key=f"{DOTS}cdef")
    assert notification_channels.config_of(town.house, made) == PAGERDUTY
    assert await notification_channels.find(town.house, town.env.id) == [made]


@pytest.mark.parametrize(
    ("wish", "fault"),
    [
        (Wish(name="Pager"), "Config cannot be empty."),
        (Wish(name=" ", config=PAGERDUTY), "Name cannot be blank."),
        (Wish(name="x" * 101, config=PAGERDUTY), "Name must have at most 100 characters"),
        (Wish(name="Pager", config=Slack(url="hello")), "URL must be an address"),
        (Wish(name="PAGER", config=ADDRESS), "Name has already been taken in this environment."),
    ],
)
async def test_what_cannot_be_is_refused_in_a_sentence(town: Town, wish: Wish, fault: str) -> None:
    await town.channel("Pager")

    with pytest.raises(Invalid, match=fault):
        await notification_channels.create(town.house, town.env.id, wish, town.night.now)


async def test_an_environment_must_be_there(town: Town) -> None:
    with pytest.raises(NotFound, match="Environment PNONE was not found"):
        await notification_channels.create(
            town.house, "PNONE", Wish(name="Pager", config=ADDRESS), town.night.now
        )


async def test_a_change_keeps_what_the_form_did_not_send(town: Town) -> None:
    made = await town.channel(config=PAGERDUTY)
    form = (await notification_channels.get(town.house, made.id)).config
    assert isinstance(form, PagerDuty)

    changed = await notification_channels.change(
        town.house, made.id, Wish(name=" Old  pager ", config=replace(form, dialect="v1"))
    )

    assert changed.name == "Old pager"
    assert notification_channels.config_of(town.house, changed) == replace(PAGERDUTY, dialect="v1")


async def test_other_settings_must_prove_anew_that_they_work(town: Town) -> None:
    made = await town.channel(config=PAGERDUTY)
    await notification_channels.try_out(town.house, made.id, "trigger", town.night.now)
    await town.tell()
    same = await notification_channels.change(town.house, made.id, Wish(config=PAGERDUTY))
    other = PagerDuty(integration_key=KEY[::-1])

    changed = await notification_channels.change(town.house, made.id, Wish(config=other))

    assert (same.proof, changed.proof) == ("sent", "untried")


@pytest.mark.parametrize(
    ("wish", "fault"),
    [
        (Wish(config=ADDRESS), "Kind cannot be changed."),
        (Wish(config=PagerDuty(integration_key="", base_url=EU)), "Secrets must be given again"),
        (Wish(config=PagerDuty(integration_key="short")), "Integration key must be 32"),
        (Wish(name="Other"), "Name has already been taken"),
    ],
)
async def test_a_change_that_cannot_be_is_refused(town: Town, wish: Wish, fault: str) -> None:
    await town.channel("Other")
    made = await town.channel(config=PAGERDUTY)

    with pytest.raises(Invalid, match=fault):
        await notification_channels.change(town.house, made.id, wish)


async def test_what_two_way_channels_know_outlives_a_change(town: Town) -> None:
    far = FarSide(token="u+abcdefghijklmnop", follows=True)
    made = await town.channel(config=replace(PAGERDUTY, far=far))

    changed = await notification_channels.change(
        town.house, made.id, Wish(config=replace(PAGERDUTY, dialect="v1"))
    )

    config = notification_channels.config_of(town.house, changed)
    assert isinstance(config, PagerDuty)
    assert config.far == far


async def test_two_way_channels_stay_with_their_service(town: Town) -> None:
    made = await town.channel(config=replace(PAGERDUTY, far=FarSide(token="u+abcdefghijklmnop")))
    wish = Wish(config=replace(PAGERDUTY, integration_key=KEY[::-1]))

    with pytest.raises(Invalid, match="disconnect it first"):
        await notification_channels.change(town.house, made.id, wish)


async def test_a_test_is_sent_and_shown(town: Town) -> None:
    made = await town.channel()

    delivery_id = await notification_channels.try_out(
        town.house, made.id, "trigger", town.night.now
    )
    waiting = await notification_channels.trial(town.house, delivery_id)
    assert await town.told() == ["trigger"]
    done = await notification_channels.trial(town.house, delivery_id)

    assert (waiting.status, waiting.body) == ("waiting", None)
    assert (done.status, done.detail) == ("delivered", "HTTP 202 Accepted")
    assert (done.body, done.answer) == ("POST /", "202")
    [signal] = town.heard
    assert signal.violation_id.startswith("test-T")
    assert signal.message == "This is a test of the notification channel Pager: nothing is wrong."
    assert signal.link == f"https://oncall.example.com/notification_channels/{made.id}"


async def test_a_test_is_ended_by_the_id_that_was_remembered(town: Town) -> None:
    made = await town.channel()
    town.answer = lambda signal: replace(
        SENT, remote_id="PT4KHLK" if signal.action == "trigger" else None
    )
    for action in ("trigger", "acknowledge", "resolve"):
        await notification_channels.try_out(town.house, made.id, action, town.night.now)
    assert await town.told() == ["trigger", "acknowledge", "resolve"]
    assert [signal.remote_id for signal in town.heard] == [None, "PT4KHLK", "PT4KHLK"]
    assert len({signal.violation_id for signal in town.heard}) == 1

    with pytest.raises(Conflict, match="send a test trigger first"):
        await notification_channels.try_out(town.house, made.id, "resolve", town.night.now)


async def test_a_test_begins_anew_where_the_news_of_another_crossed_it(town: Town) -> None:
    made = await town.channel()
    house, now = town.house, town.night.now
    first = await notification_channels.try_out(house, made.id, "trigger", now)
    dispatch = await notification_channels.trial(house, first)

    async with town.night.database.begin() as tx:  # as the news is written down: thread, channel
        await deliveries.settle(tx, after(dispatch, SENT, now))
        crossing = asyncio.ensure_future(
            notification_channels.try_out(house, made.id, "resolve", now)
        )
        await asyncio.sleep(0.2)
        await CHANNELS.get(tx, made.id, hold=True)

    assert (await notification_channels.trial(house, await crossing)).status == "waiting"


async def test_a_test_that_fails_says_so_at_once_and_alarms_nobody(town: Town) -> None:
    made = await town.channel()
    town.answer = lambda _: BUSY
    id_ = await notification_channels.try_out(town.house, made.id, "trigger", town.night.now)
    await town.tell()

    assert (await notification_channels.trial(town.house, id_)).status == "dropped"
    channel = await town.channel_now(made)
    assert channel is not None
    assert channel.proof == "failed"
    assert await town.night.alarms() == []
    with pytest.raises(Conflict):
        await notification_channels.try_out(town.house, made.id, "resolve", town.night.now)


async def test_without_a_test_there_is_nothing_to_end_or_to_show(town: Town) -> None:
    made = await town.channel()

    with pytest.raises(Conflict):
        await notification_channels.try_out(town.house, made.id, "acknowledge", town.night.now)
    with pytest.raises(NotFound, match="Test QNONE was not found"):
        await notification_channels.trial(town.house, "QNONE")


async def test_a_removed_channel_ends_first_what_it_began(town: Town) -> None:
    pager = await town.channel()
    await town.attach(pager)
    await town.begins()
    await town.tell()

    await notification_channels.remove(town.house, pager.id, town.night.now)

    assert await notification_channels.find(town.house, town.env.id) == []
    with pytest.raises(NotFound):
        await notification_channels.get(town.house, pager.id)
    await town.channel("Pager")  # its name is free again
    assert await town.told() == ["resolve"]
    assert town.heard[0].summary.startswith("Resolved, notification channel removed: ")
    assert await town.channel_now(pager) is None


async def test_a_removed_channel_waits_for_a_side_that_is_busy(town: Town) -> None:
    pager = await town.channel()
    await town.attach(pager)
    violation = await town.begins()
    await town.tell()
    town.answer = lambda _: BUSY
    await notification_channels.remove(town.house, pager.id, town.night.now)
    await town.tell()
    kept = await town.channel_now(pager)
    assert kept is not None
    await town.clears(violation)

    town.answer = lambda _: SENT

    assert await town.tell(minutes=1) == ["resolve: Cart answers in 812 ms"]
    assert await town.channel_now(pager) is None


async def test_a_removed_channel_whose_end_is_refused_goes_with_an_alarm(town: Town) -> None:
    pager = await town.channel()
    await town.attach(pager)
    await town.begins()
    await town.tell()
    town.answer = lambda _: REFUSED
    await notification_channels.remove(town.house, pager.id, town.night.now)
    await town.tell()

    assert await town.channel_now(pager) is None
    assert "Pager did not take the resolve" in (await town.night.alarms())[0]


async def test_a_channel_that_knows_of_nothing_is_gone_at_once(town: Town) -> None:
    pager = await town.channel()
    await town.attach(pager)
    await town.begins()

    await notification_channels.remove(town.house, pager.id, town.night.now)

    assert await town.channel_now(pager) is None
    assert await town.told() == []


async def test_nothing_names_a_removed_channel(town: Town) -> None:
    pager, other = await town.channel("Pager"), await town.channel("Other")
    scheme_id = await town.scheme((0, pager), (60, other))
    await town.attach(pager, other)
    await town.attach_to_all(pager)

    await notification_channels.remove(town.house, pager.id, town.night.now)

    assert (await environments.get(town.house, town.env.id)).channel_ids == ()
    assert (await alert_rules.get(town.house, town.rule.id)).channel_ids == (other.id,)
    scheme = await notification_schemes.get(town.house, scheme_id)
    assert [step.channel_ids for step in scheme.steps] == [(other.id,)]


async def test_a_channel_goes_with_its_environment(night: Night) -> None:
    env = await environment(night)
    made = await notification_channels.create(
        night.house, env.id, Wish(name="Pager", config=ADDRESS), night.now
    )

    await environments.remove(night.house, env.id, night.now)

    async with night.database.read() as tx:
        assert await CHANNELS.get(tx, made.id) is None


async def test_a_test_of_requests_says_which_are_missing(town: Town) -> None:
    config = ApiAction(trigger=ApiRequest(url="https://api.example.com/"))
    made = await town.channel(config=config)
    await notification_channels.try_out(town.house, made.id, "trigger", town.night.now)
    id_ = await notification_channels.try_out(town.house, made.id, "resolve", town.night.now)
    await town.tell()

    trial = await notification_channels.trial(town.house, id_)
    assert trial.detail == "Not sent: the channel has no request for this."


async def test_secrets_are_nowhere_in_the_tables(town: Town) -> None:
    await town.channel(config=PAGERDUTY)
    await town.attach(*await notification_channels.find(town.house, town.env.id))
    await town.begins()
    await town.tell()

    async with town.night.database.read() as tx:
        rows = await tx.execute(sa.text("select row_to_json(d)::text from deliveries d"))
        assert KEY not in "".join(rows.scalars())
