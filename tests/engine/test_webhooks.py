"""Webhooks over a real wire, to a receiver that is down, slow, wrong, and back again."""

import asyncio
import hashlib
import hmac
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import ALL, Listening, listen
from tests.hook import OK, Hook
from tests.night import Night
from tocsin.domain.machines.webhook import EVENTS
from tocsin.domain.response.command import Annotate
from tocsin.domain.response.log_entry import Agent
from tocsin.engine.dispatcher import Dispatcher
from tocsin.usecases.desk import Desk
from tocsin.usecases.intake import services
from tocsin.usecases.machines import webhooks
from tocsin.usecases.machines.webhooks import Wish
from tocsin.usecases.parts import Part
from tocsin.usecases.response.incidents import hold


async def note(night: Night, incident_id: str, content: str) -> None:
    async with night.database.begin() as tx:
        held = await hold(tx, [incident_id])
        desk = await Desk.at(tx, night.house.directory, night.now)
        agent = Agent("user", night.team.ann.id, "Ann")
        desk.act(held[incident_id], Annotate(content=content, agent=agent))
        await desk.write()


async def test_a_webhook_is_whole_and_signed(night: Night, ears: Listening) -> None:
    (incident,) = await night.trigger("Disk full")

    assert await ears.passes() == ["incident.triggered"]

    (heard,) = ears.hook.heard
    expected = hmac.new(ears.secret.encode(), heard.body, hashlib.sha256).hexdigest()
    (dispatch,) = await ears.dispatches()
    assert heard.headers["x-pagerduty-signature"] == f"v1={expected}"
    assert heard.headers["x-webhook-id"] == dispatch.id
    assert heard.headers["x-webhook-subscription"] == ears.id
    assert heard.headers["user-agent"] == "PagerDuty-Webhook/V3.0"
    assert heard.headers["content-type"] == "application/json"
    data = heard.json["event"]["data"]
    assert (data["number"], data["title"]) == (incident.number, "Disk full")
    assert [one["summary"] for one in data["assignees"]] == ["Ann"]
    assert (dispatch.status, dispatch.detail) == ("delivered", "HTTP 204 No Content")


async def test_an_event_tells_the_incident_as_it_stood_then(night: Night, ears: Listening) -> None:
    (incident,) = await night.trigger("Disk full")
    await night.acknowledge(incident)

    assert await ears.passes() == ["incident.triggered", "incident.acknowledged"]

    statuses = [heard.json["event"]["data"]["status"] for heard in ears.hook.heard]
    assert statuses == ["triggered", "acknowledged"]
    assert ears.hook.heard[1].json["event"]["client"] == {"name": "Tocsin"}


async def test_nothing_overtakes_while_the_receiver_is_wrong(night: Night, ears: Listening) -> None:
    (incident,) = await night.trigger("Disk full")
    ears.hook.say("500 Internal Server Error", body="Oh no")
    assert await ears.passes() == ["incident.triggered"]
    await night.acknowledge(incident)
    assert await ears.passes(seconds=4) == []
    assert await ears.passes(seconds=1) == ["incident.triggered"]

    ears.hook.answer = OK
    assert await ears.passes(seconds=10) == ["incident.triggered", "incident.acknowledged"]

    ids = [heard.headers["x-webhook-id"] for heard in ears.hook.heard]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert len({heard.body for heard in ears.hook.heard[:3]}) == 1
    assert await ears.statuses() == ["delivered", "delivered"]


async def test_one_incident_waits_for_no_other(night: Night, ears: Listening) -> None:
    await night.trigger("Disk full")
    ears.hook.say("503 Service Unavailable")
    await ears.passes()
    ears.hook.answer = OK
    await night.trigger("CPU hot")

    assert await ears.passes(seconds=1) == ["incident.triggered"]
    assert ears.hook.heard[-1].json["event"]["data"]["title"] == "CPU hot"


async def test_a_receiver_that_is_down_hears_it_when_it_is_back(
    night: Night, ears: Listening
) -> None:
    await ears.hook.stop()
    await night.trigger("Disk full")
    assert await ears.passes() == []
    assert await ears.statuses() == ["waiting"]

    port = int(ears.hook.url.split(":")[2].split("/")[0])
    await ears.hook.start(port)

    assert await ears.passes(hours=1) == ["incident.triggered"]


async def test_a_receiver_that_is_slow_hears_it_again(
    night: Night, ears: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.outlets.subscription.TIMEOUT", 0.1)
    ears.hook.open.clear()
    await night.trigger("Disk full")
    assert await ears.passes() == ["incident.triggered"]
    assert [d.detail for d in await ears.dispatches()] == ["No answer within 0.1 seconds."]

    ears.hook.open.set()
    assert await ears.passes(seconds=5) == ["incident.triggered"]
    assert await ears.statuses() == ["delivered"]


async def test_a_receiver_may_ask_for_patience(night: Night, ears: Listening) -> None:
    ears.hook.say("429 Too Many Requests", "Retry-After: 120")
    await night.trigger("Disk full")
    await ears.passes()

    assert await ears.passes(seconds=119) == []
    assert await ears.passes(seconds=1) == ["incident.triggered"]


@pytest.mark.parametrize(
    ("status", "header"),
    [
        ("404 Not Found", ""),
        ("410 Gone", ""),
        ("408 Request Timeout", ""),
        ("302 Found", "Location: http://169.254.169.254/latest/meta-data/"),
    ],
)
async def test_what_is_refused_is_dropped_at_once(
    night: Night, ears: Listening, status: str, header: str
) -> None:
    ears.hook.say(status, *filter(None, (header,)))
    await night.trigger("Disk full")

    assert await ears.passes() == ["incident.triggered"]
    assert await ears.statuses() == ["dropped"]
    assert await ears.passes(hours=48) == []


async def test_an_address_that_gives_keys_away_is_never_asked(
    night: Night, dispatcher: Dispatcher, hook: Hook
) -> None:
    hook.url = "http://169.254.169.254/latest/meta-data/"
    ears = await listen(night, dispatcher, hook)
    await night.trigger("Disk full")

    await ears.passes()

    (dispatch,) = await ears.dispatches()
    assert dispatch.status == "dropped"
    assert "169.254.169.254" in dispatch.detail


async def test_patience_ends_after_two_days(night: Night, ears: Listening) -> None:
    ears.hook.say("500 Internal Server Error")
    await night.trigger("Disk full")
    await ears.passes()
    attempts = 1
    while "waiting" in await ears.statuses():
        attempts += len(await ears.passes(minutes=30))

    assert await ears.statuses() == ["expired"]
    assert 90 < attempts < 120


async def test_both_secrets_sign_for_a_day_after_a_rotation(night: Night, ears: Listening) -> None:
    new = await webhooks.rotate_secret(night.house, ears.id, night.now)
    await night.trigger("Disk full")
    await ears.passes()
    await night.trigger("CPU hot")
    await ears.passes(hours=24)

    signed = [
        [f"v1={hmac.new(key.encode(), heard.body, hashlib.sha256).hexdigest()}" for key in keys]
        for heard, keys in zip(ears.hook.heard, ((new, ears.secret), (new,)), strict=True)
    ]
    assert [heard.headers["x-pagerduty-signature"] for heard in ears.hook.heard] == [
        ",".join(one) for one in signed
    ]


async def test_headers_of_ones_own_are_sent_and_never_shown(
    night: Night, dispatcher: Dispatcher, hook: Hook
) -> None:
    host = hook.url.removeprefix("http://")
    known, _ = await webhooks.create(
        night.house,
        f"http://ann:p%40ss@{host}",
        ALL,
        night.now,
        headers=(("X-Token", "hush-hush-hush"),),
    )
    await night.trigger("Disk full")
    night_ears = Listening(night, dispatcher, hook, known.subscription.id, "")
    hook.say("400 Bad Request", body="hush-hush-hush is wrong, and YW5uOnBAc3M= too")

    await night_ears.passes()

    (heard,) = hook.heard
    assert heard.headers["x-token"] == "hush-hush-hush"
    assert heard.headers["authorization"] == "Basic YW5uOnBAc3M="
    assert known.subscription.url == hook.url
    assert known.header_names == ("X-Token", "Authorization")
    (dispatch,) = await night_ears.dispatches()
    assert "hush-hush" not in dispatch.answer
    assert "YW5uOnBAc3M=" not in dispatch.answer


async def test_a_filter_lets_through_what_is_of_its_service(
    night: Night, dispatcher: Dispatcher, hook: Hook
) -> None:
    keys = await night.crowd(1)
    service_id = night.team.service.id
    wish = Wish(events=EVENTS, filter_type="service_reference", filter_id=service_id)
    ears = await listen(night, dispatcher, hook, wish)

    await night.trigger("Ours")
    await night.trigger("Theirs", key=keys["P0"])

    assert await ears.passes() == ["incident.triggered"]
    assert hook.heard[0].json["event"]["data"]["title"] == "Ours"


async def test_only_the_events_asked_for_are_told(
    night: Night, dispatcher: Dispatcher, hook: Hook
) -> None:
    ears = await listen(night, dispatcher, hook, Wish(events=("incident.acknowledged",)))
    (incident,) = await night.trigger("Disk full")
    await night.acknowledge(incident)

    assert await ears.passes() == ["incident.acknowledged"]


async def test_whoever_is_switched_off_or_gone_hears_nothing(night: Night, ears: Listening) -> None:
    await night.trigger("Disk full")
    await webhooks.change(night.house, ears.id, Wish(active=False))
    await night.trigger("CPU hot")
    assert await ears.passes() == []
    assert [d.detail for d in await ears.dispatches()] == ["The subscription is switched off."]

    await webhooks.remove(night.house, ears.id)
    assert await ears.dispatches() == []


async def test_a_note_is_told(night: Night, ears: Listening) -> None:
    (incident,) = await night.trigger("Disk full")
    await note(night, incident.id, "Looking at it")

    assert await ears.passes() == ["incident.triggered", "incident.annotated"]
    assert ears.hook.heard[1].json["event"]["data"]["content"] == "Looking at it"


async def test_services_are_told(night: Night, ears: Listening) -> None:
    policy_id = night.team.service.escalation_policy_id
    wish = services.Wish(name="Search", escalation_policy_id=policy_id)
    known = await services.create(night.house, wish, night.now)
    service_id = known.service.id
    await services.change(night.house, service_id, services.Wish(name="Find"), night.now)
    await services.remove(night.house, service_id, night.team.ann, night.now)

    assert await ears.passes() == ["service.created", "service.updated", "service.deleted"]

    told = [heard.json["event"] for heard in ears.hook.heard]
    assert [one["data"]["summary"] for one in told] == ["Search", "Find", "Find"]
    assert told[2]["agent"]["id"] == night.team.ann.id


async def test_two_subscriptions_hear_the_same_event(
    night: Night, dispatcher: Dispatcher, ears: Listening
) -> None:
    await listen(night, dispatcher, ears.hook)
    await night.trigger("Disk full")

    assert await ears.passes() == ["incident.triggered"] * 2

    one, other = ears.hook.heard
    assert one.json["event"]["id"] == other.json["event"]["id"]
    assert one.headers["x-webhook-id"] != other.headers["x-webhook-id"]


async def test_what_was_sent_can_be_sent_again(night: Night, ears: Listening) -> None:
    await night.trigger("Disk full")
    await ears.passes()
    (first,) = await ears.dispatches()

    await webhooks.redeliver(night.house, ears.id, first.id, night.now)

    assert await ears.passes() == ["incident.triggered"]
    assert ears.hook.heard[0].body == ears.hook.heard[1].body
    found, total = await webhooks.deliveries_of(night.house, ears.id, Part(limit=9, counted=True))
    assert ([d.status for d in found], total) == (["delivered", "delivered"], 2)


async def test_the_guide_verifies_a_signature(night: Night, ears: Listening) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "webhooks.md").read_text()
    example: dict[str, Any] = {}
    exec(guide.partition("```python\n")[2].partition("```")[0], example)
    await webhooks.rotate_secret(night.house, ears.id, night.now)
    await night.trigger("Disk full")

    await ears.passes()

    (heard,) = ears.hook.heard
    header = heard.headers["x-pagerduty-signature"]
    assert example["is_genuine"](heard.body, header, ears.secret)
    assert not example["is_genuine"](heard.body + b" ", header, ears.secret)


async def test_what_was_under_way_at_a_crash_is_repeated_and_nothing_else(
    night: Night, ears: Listening
) -> None:
    (incident,) = await night.trigger("Disk full")
    await night.acknowledge(incident)
    ears.hook.open.clear()
    dying = asyncio.create_task(ears.passes())
    async with asyncio.timeout(5):
        while not ears.hook.heard:  # noqa: ASYNC110 - it is only looked at from outside
            await asyncio.sleep(0.005)
    dying.cancel()
    ears.hook.open.set()

    assert await ears.passes(seconds=59) == []
    assert await ears.passes(seconds=1) == ["incident.triggered", "incident.acknowledged"]

    first, again, _ = ears.hook.heard
    assert first.headers["x-webhook-id"] == again.headers["x-webhook-id"]
    assert first.body == again.body
    assert await ears.statuses() == ["delivered", "delivered"]
