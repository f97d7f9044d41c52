"""Web Push, to a push service that checks who sends, and a browser that opens what is sealed."""

import json
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from tests.channels.test_email import MESSAGE, NIGHT, about, disk
from tests.hook import Hook
from tests.standins.push_browser import PushBrowser
from tocsin.channels.web_push import GONE, MOST_BYTES, WebPush
from tocsin.domain.reaching.message import Message
from tocsin.kit.http import Outbound, make_client
from tocsin.kit.sealing import Sealer
from tocsin.kit.vapid import vapid_of

VAPID = vapid_of(Sealer("a secret of this installation, long enough"))
URL = "https://oncall.example.com/answer/Q1.signature"


def page(**changes: Any) -> Message:
    words = {"title": "#12 Disk full on db-1", "body": "Checkout", "token": "Q1.signature"}
    deeds = ("acknowledge", "resolve", "escalate")
    return about(disk(), **(words | {"answer_url": URL, "deeds": deeds} | changes))


@pytest.fixture
def browser() -> PushBrowser:
    return PushBrowser()


@pytest.fixture
async def channel() -> AsyncIterator[WebPush]:
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        yield WebPush(http, lambda: NIGHT, VAPID)


async def test_a_page_is_sealed_for_one_browser_and_signed_for_its_service(
    channel: WebPush, hook: Hook, browser: PushBrowser
) -> None:
    hook.say("201 Created", "Location: https://push.example.com/m/1")

    delivery = await channel.send(page(), browser.subscription(hook.url))

    pushed = browser.read(hook.heard[0])
    assert (delivery.ok, delivery.detail) == (True, "HTTP 201 Created")
    assert delivery.provider_id == "https://push.example.com/m/1"
    assert pushed.told == {
        "title": "#12 Disk full on db-1",
        "body": "Checkout",
        "tag": "Q0000000000012",
        "language": "en",
        "token": "Q1.signature",
        "url": URL,
        "unsent": "Not sent: there was no connection. Try again.",
        "buttons": [
            {"action": "acknowledge", "title": "Acknowledge"},
            {"action": "resolve", "title": "Resolve"},
        ],
    }
    headers = pushed.heard.headers
    assert (headers["ttl"], headers["urgency"]) == ("300", "high")
    assert (headers["content-encoding"], headers["topic"]) == ("aes128gcm", "Q0000000000012")
    assert headers["authorization"].endswith(f"k={VAPID.public}")
    assert pushed.claims == {
        "aud": hook.url.removesuffix("/hook"),
        "exp": int(NIGHT.timestamp()) + 12 * 3600,
        "sub": "mailto:oncall@example.com",
    }


async def test_each_push_service_gets_claims_of_its_own(
    channel: WebPush, hook: Hook, browser: PushBrowser
) -> None:
    await channel.send(page(), browser.subscription(hook.url))
    await channel.send(page(), browser.subscription(hook.url.replace("127.0.0.1", "localhost")))

    audiences = [browser.read(heard).claims["aud"] for heard in hook.heard]
    assert audiences[1] == audiences[0].replace("127.0.0.1", "localhost")


async def test_a_sender_that_only_this_machine_knows_is_told_by_its_address_instead(
    channel: WebPush, hook: Hook, browser: PushBrowser
) -> None:
    await channel.send(page(sender="tocsin@localhost"), browser.subscription(hook.url))

    assert browser.read(hook.heard[0]).claims["sub"] == "https://oncall.example.com"


async def test_what_is_only_read_has_no_buttons_and_opens_the_incident(
    channel: WebPush, hook: Hook, browser: PushBrowser
) -> None:
    await channel.send(page(deeds=(), language="ja"), browser.subscription(hook.url))

    told = browser.read(hook.heard[0]).told
    assert (told["buttons"], told["url"]) == ([], MESSAGE.incidents[0].html_url)


async def test_buttons_speak_the_language_of_the_person(
    channel: WebPush, hook: Hook, browser: PushBrowser
) -> None:
    await channel.send(page(language="de"), browser.subscription(hook.url))

    titles = [button["title"] for button in browser.read(hook.heard[0]).told["buttons"]]
    assert titles == ["Bestätigen", "Lösen"]


@pytest.mark.parametrize("letter", ["x", "火", "🔥", "\\", '"'])
async def test_however_long_the_words_are_little_is_sent(
    channel: WebPush, hook: Hook, browser: PushBrowser, letter: str
) -> None:
    long = page(title=letter * 5000, body=letter * 5000)
    await channel.send(long, browser.subscription(hook.url))

    told = browser.read(hook.heard[0]).told
    assert len(msgspec.json.encode(told)) <= MOST_BYTES
    assert told["title"].startswith(letter * 119)
    assert told["token"] == "Q1.signature"


async def test_several_incidents_have_a_topic_of_their_own(
    channel: WebPush, hook: Hook, browser: PushBrowser
) -> None:
    both = msgspec.structs.replace(page(), incidents=(disk(), disk(id="Q2")))
    await channel.send(both, browser.subscription(hook.url))

    assert browser.read(hook.heard[0]).told["tag"] == "Q1"


async def test_who_asks_for_help_takes_no_page_away(
    channel: WebPush, hook: Hook, browser: PushBrowser
) -> None:
    asked = page(kind="responder_request", deeds=("join", "decline"))
    await channel.send(asked, browser.subscription(hook.url))

    told = browser.read(hook.heard[0]).told
    assert told["tag"] == "Q1"
    assert [button["title"] for button in told["buttons"]] == ["Accept", "Decline"]


@pytest.mark.parametrize(
    ("status", "retry", "is_our_fault"),
    [
        ("400 Bad Request", False, True),
        ("401 Unauthorized", False, True),
        ("403 Forbidden", False, True),
        ("404 Not Found", False, False),
        ("410 Gone", False, False),
        ("413 Payload Too Large", False, True),
        ("418 Unheard of", True, False),
        ("500 Internal Server Error", True, False),
        ("503 Service Unavailable", True, False),
    ],
)
async def test_an_answer_says_whether_it_is_worth_another_try(
    channel: WebPush,
    hook: Hook,
    browser: PushBrowser,
    status: str,
    retry: bool,
    is_our_fault: bool,
) -> None:
    hook.say(status)

    delivery = await channel.send(page(), browser.subscription(hook.url))

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, retry, is_our_fault)
    assert (delivery.detail == GONE) == (status[:3] in {"404", "410"})


async def test_a_service_that_has_enough_says_when_to_come_again(
    channel: WebPush, hook: Hook, browser: PushBrowser
) -> None:
    hook.say("429 Too Many Requests", "Retry-After: 17")

    delivery = await channel.send(page(), browser.subscription(hook.url))

    assert (delivery.retry, delivery.wait_seconds) == (True, 17)


async def test_a_service_that_says_nothing_is_left(
    channel: WebPush, hook: Hook, browser: PushBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.channels.web_push.TIMEOUT", 0.05)
    hook.open.clear()

    delivery = await channel.send(page(), browser.subscription(hook.url))

    assert (delivery.ok, delivery.retry) == (False, True)


async def test_a_service_that_is_away_is_worth_another_try(
    channel: WebPush, hook: Hook, browser: PushBrowser
) -> None:
    await hook.stop()

    delivery = await channel.send(page(), browser.subscription(hook.url))

    assert (delivery.ok, delivery.retry) == (False, True)


async def test_what_is_no_subscription_is_refused_for_good(
    channel: WebPush, hook: Hook, browser: PushBrowser
) -> None:
    good = json.loads(browser.subscription(hook.url))
    no_point = good | {"keys": good["keys"] | {"p256dh": "A" * 87}}
    for address in ("", "{}", "null", json.dumps(no_point)):
        delivery = await channel.send(page(), address)
        assert (delivery.ok, delivery.retry) == (False, False)
        assert delivery.detail
    assert hook.heard == []


async def test_an_endpoint_that_must_not_be_reached_is_refused_for_good(
    browser: PushBrowser, hook: Hook
) -> None:
    async with make_client(Outbound(deny=("private",)), user_agent="Tocsin/1") as http:
        channel = WebPush(http, lambda: NIGHT, VAPID)
        delivery = await channel.send(page(), browser.subscription(hook.url))

    assert (delivery.ok, delivery.retry) == (False, False)
    assert hook.heard == []


def test_the_key_is_the_same_for_the_same_secret_and_shown_in_no_log() -> None:
    again = vapid_of(Sealer("a secret of this installation, long enough"))
    other = vapid_of(Sealer("another secret of an installation, long enough"))

    assert again.public == VAPID.public != other.public
    assert repr(VAPID) == f"Vapid({VAPID.public})"
