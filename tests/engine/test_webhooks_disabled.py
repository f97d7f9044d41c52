"""Subscriptions whose receivers refuse: disabled for a day, given up, and enabled again."""

from tests.engine.conftest import Listening
from tests.hook import OK
from tests.night import Night
from tocsin.usecases.machines import webhooks


async def test_three_refusals_in_a_row_disable_for_a_day(night: Night, ears: Listening) -> None:
    ears.hook.say("410 Gone")
    await night.trigger("A", "B")
    await ears.passes()
    assert not await ears.is_disabled()

    await night.trigger("C")
    await ears.passes()

    assert await ears.is_disabled()
    (alarm,) = await night.alarms()
    assert ears.id in alarm
    assert "HTTP 410 Gone" in alarm
    ears.hook.answer = OK
    await night.trigger("D")
    assert await ears.passes(hours=23) == []
    await night.trigger("E")
    night.passes(hours=1)
    await night.trigger("F")
    assert await ears.passes() == ["incident.triggered"]
    assert ears.hook.heard[-1].json["event"]["data"]["title"] == "F"


async def test_what_waits_is_given_up_when_it_is_disabled(night: Night, ears: Listening) -> None:
    ears.hook.say("500 Internal Server Error")
    await night.trigger("Waiting")
    await ears.passes()
    ears.hook.say("410 Gone")
    await night.trigger("A", "B", "C")
    await ears.passes(seconds=1)

    assert await ears.statuses() == ["dropped"] * 4
    assert (await ears.dispatches())[0].detail == "The subscription is disabled."


async def test_an_arrival_between_refusals_counts_anew(night: Night, ears: Listening) -> None:
    for answer in ("410 Gone", "410 Gone", "200 OK", "410 Gone", "410 Gone"):
        ears.hook.say(answer)
        await night.trigger(answer, key=None)
        await ears.passes(seconds=1)

    assert not await ears.is_disabled()


async def test_enabling_lets_it_hear_again_at_once(night: Night, ears: Listening) -> None:
    ears.hook.say("410 Gone")
    await night.trigger("A", "B", "C")
    await ears.passes()
    ears.hook.answer = OK

    await webhooks.enable(night.house, ears.id)
    await night.trigger("D")

    assert await ears.passes() == ["incident.triggered"]


async def test_a_ping_is_heard_even_while_disabled(night: Night, ears: Listening) -> None:
    ears.hook.say("410 Gone")
    await night.trigger("A", "B", "C")
    await ears.passes()
    ears.hook.answer = OK

    await webhooks.ping(night.house, ears.id, None, night.now)

    assert await ears.passes() == ["pagey.ping"]
