"""What Slack tells us: buttons and commands, genuine, forged, replayed, foreign, and nonsense."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from msgspec.structs import replace
from slack_sdk.signature import SignatureVerifier

from tests.channels.test_slack import PAGE, POST, settings
from tests.standins.slack import CHANNEL, SECRET, pressed, running, signed
from tests.standins.slack import Slack as StandIn
from tocsin.channels.slack.channel import Slack
from tocsin.channels.slack.hearing import check
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.hearing import (
    Callback,
    Command,
    Finisher,
    Forged,
    Heard,
    Hearer,
    Listener,
    Unheard,
)
from tocsin.kit.clock import system_clock
from tocsin.kit.http import Outbound, make_client

NOW = datetime(2026, 1, 10, 2, 15, tzinfo=UTC)
DONE = Upshot(ok=True, sentence="#12 is acknowledged.", statuses={"Q12": "acknowledged"})
OVER = Upshot(ok=True, sentence="#12 is resolved.", statuses={"Q12": "resolved"})
HELP = Heard(commands=(Command(word="help", text="/oncall", sender="U1ANN"),))
REFUSED = Upshot(ok=False, sentence="Nobody knows <you>.")

# From Slack's page on verifying requests.
PUBLISHED = (
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
    "&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
    "&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
    "%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121"
    ".803a0bc887a14d10d2c447fce8b6703c"
)
VECTORS = [
    (
        SECRET,
        1531420618,
        PUBLISHED,
        "a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
    ),
    (
        "sec-test-0001",
        1700000000,
        "payload=%7B%22type%22%3A%22block_actions%22%7D",
        "a51d38c5a888b4f2812da37d8355b83b322209657e0b3fea0a1ecb598ea8c49e",
    ),
]


@pytest.fixture
async def slack() -> AsyncIterator[StandIn]:
    async with running() as one:
        yield one


@pytest.fixture
async def channel(slack: StandIn) -> AsyncIterator[Slack]:
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        tools = Tools(http=http, clock=system_clock, signing_key="key")
        yield Slack.make(tools, settings(slack), "https://oncall.example.com/callbacks/P1")


def form(**fields: str) -> Callback:
    return signed(urlencode(fields), NOW.timestamp())


def command(text: str, **fields: str) -> Callback:
    return form(command="/oncall", text=text, user_id="U1ANN", user_name="ann", **fields)


async def press(channel: Slack, slack: StandIn, deed: str, user: str = "U1ANN") -> dict[str, Any]:
    """Send a page, and return what Slack tells of its button."""
    await channel.send(PAGE, "U1ANN")
    return _pressed(slack, deed, user)


def _pressed(slack: StandIn, deed: str, user: str) -> dict[str, Any]:
    blocks = next(iter(slack.posts.values()))["blocks"]
    [button] = [one for one in blocks[-1]["elements"] if one["action_id"] == deed]
    told = pressed(user, button, blocks[-1], slack.response_url)
    told["message"]["blocks"] = blocks
    return told


@pytest.mark.parametrize(("secret", "at", "body", "signature"), VECTORS)
def test_published_signatures_are_genuine(secret: str, at: int, body: str, signature: str) -> None:
    callback = signed(body, at, secret)

    assert callback.headers["x-slack-signature"] == f"v0={signature}"
    check(callback, secret, datetime.fromtimestamp(at, UTC))


def test_slack_s_own_sdk_makes_the_signatures_that_we_believe() -> None:
    verifier = SignatureVerifier(SECRET)
    stamp, body = str(int(NOW.timestamp())), "payload=%7B%7D&é=1"
    made = verifier.generate_signature(timestamp=stamp, body=body.encode())
    headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": made or ""}

    check(Callback(method="POST", url="", headers=headers, body=body.encode()), SECRET, NOW)


async def test_a_button_of_a_page_answers_it(channel: Slack, slack: StandIn) -> None:
    told = await press(channel, slack, "acknowledge")

    heard = channel.hear(form(payload=json.dumps(told)), NOW)

    assert isinstance(channel, Hearer)
    assert heard == Heard(answers=(Answer(deed="acknowledge", token=PAGE.token),))


async def test_a_page_that_was_answered_shows_it_and_what_is_left_to_do(
    channel: Slack, slack: StandIn
) -> None:
    told = form(payload=json.dumps(await press(channel, slack, "acknowledge")))

    assert isinstance(channel, Finisher)
    assert channel.reply(told, Heard(), [DONE], None).status == 200
    assert channel.reply(told, Heard(), [DONE], None).body == b""
    await channel.finish(told, Heard(), [DONE])

    [shown] = slack.responses
    *_, actions, said = shown["blocks"]
    assert shown["replace_original"] is True
    assert said["elements"][0]["text"] == "#12 is acknowledged."
    assert [one["action_id"] for one in actions["elements"]] == ["resolve", "escalate", "open"]


async def test_a_page_that_is_over_has_no_buttons_and_says_the_last_answer_only(
    channel: Slack, slack: StandIn
) -> None:
    told = await press(channel, slack, "resolve")
    told["message"]["blocks"].append({"type": "context", "elements": []})

    await channel.finish(form(payload=json.dumps(told)), Heard(), [OVER])

    *_, actions, said = slack.responses[0]["blocks"]
    assert [one["action_id"] for one in actions["elements"]] == ["open"]
    assert said["elements"][0]["text"] == "#12 is resolved."
    assert [block["type"] for block in slack.responses[0]["blocks"]].count("context") == 1


async def test_buttons_without_a_link_leave_no_empty_row(channel: Slack, slack: StandIn) -> None:
    await channel.send(replace(PAGE, incidents=(), answer_url=""), "U1ANN")
    told = _pressed(slack, "resolve", "U1ANN")

    await channel.finish(form(payload=json.dumps(told)), Heard(), [OVER])

    assert "actions" not in [block["type"] for block in slack.responses[0]["blocks"]]


async def test_somebody_else_cannot_answer_a_page(channel: Slack, slack: StandIn) -> None:
    told = form(payload=json.dumps(await press(channel, slack, "resolve", user="U2BOB")))

    heard = channel.hear(told, NOW)
    await channel.finish(told, heard, [])

    assert heard == Heard()
    [refusal] = slack.responses
    assert refusal["response_type"] == "ephemeral"
    assert refusal["replace_original"] is False
    assert refusal["text"] == "Only the person who was paged may answer this page."


async def test_a_button_in_a_room_is_for_whoever_is_linked(channel: Slack, slack: StandIn) -> None:
    await channel.post_room(POST, CHANNEL)
    told = form(payload=json.dumps(_pressed(slack, "acknowledge", "U2BOB")))

    heard = channel.hear(told, NOW)
    await channel.finish(told, heard, [DONE])
    await channel.finish(told, heard, [REFUSED])

    assert heard.answers == (Answer(deed="acknowledge", sender="U2BOB", number=12),)
    [refusal] = slack.responses  # what is done is shown by the post itself
    assert refusal["text"] == "Nobody knows &lt;you&gt;."


async def test_a_late_answer_changes_nothing_about_what_was_done(
    channel: Slack, slack: StandIn
) -> None:
    told = await press(channel, slack, "acknowledge")
    slack.say("404 Not Found", method="unknown")
    for url in ("http://127.0.0.1:1/gone", f"{slack.base_url}unknown", ""):
        told["response_url"] = url
        await channel.finish(form(payload=json.dumps(told)), Heard(), [DONE])

    assert slack.responses == []


async def test_links_and_other_things_that_are_pressed_ask_nothing(
    channel: Slack, slack: StandIn
) -> None:
    link = await press(channel, slack, "open")
    odd = {**link, "actions": []}
    shortcut = {**link, "type": "shortcut"}

    for told in (link, odd, shortcut):
        callback = form(payload=json.dumps(told))
        assert channel.hear(callback, NOW) == Heard()
        assert channel.reply(callback, Heard(), [], None).status == 200
        await channel.finish(callback, Heard(), [])
    assert slack.responses == []


async def test_a_number_that_is_none_asks_nothing(channel: Slack, slack: StandIn) -> None:
    told = await press(channel, slack, "resolve")
    told["actions"][0] |= {"value": "#12; drop", "block_id": "odd"}

    assert channel.hear(form(payload=json.dumps(told)), NOW) == Heard()


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("ack 12", Heard(answers=(Answer(deed="acknowledge", sender="U1ANN", number=12),))),
        ("ACK #12", Heard(answers=(Answer(deed="acknowledge", sender="U1ANN", number=12),))),
        ("resolve  12 ", Heard(answers=(Answer(deed="resolve", sender="U1ANN", number=12),))),
        ("escalate 3", Heard(answers=(Answer(deed="escalate", sender="U1ANN", number=3),))),
        ("list", Heard(answers=(Answer(deed="list", sender="U1ANN"),))),
        ("who a\0", Heard(commands=(Command(word="who", text="a\ufffd", sender="U1ANN"),))),
        ("who", Heard(commands=(Command(word="who", text="", sender="U1ANN"),))),
        ("who Web shop", Heard(commands=(Command(word="who", text="Web shop", sender="U1ANN"),))),
        (
            "trigger Web Disk full",
            Heard(commands=(Command(word="trigger", text="Web Disk full", sender="U1ANN"),)),
        ),
        ("", HELP),
        ("help", HELP),
        ("ack everything", HELP),
        ("resolve 99999999999999999999", HELP),
        ("sing", HELP),
    ],
)
async def test_a_command_is_understood(channel: Slack, text: str, heard: Heard) -> None:
    assert channel.hear(command(text), NOW) == heard


async def test_a_command_is_answered_at_once_and_only_to_whoever_typed_it(channel: Slack) -> None:
    reply = channel.reply(command("ack 12"), Heard(), [DONE], None)

    assert reply.content_type == "application/json"
    assert json.loads(reply.body) == {
        "response_type": "ephemeral",
        "text": "#12 is acknowledged.",
    }


async def test_a_command_needs_no_second_answer(channel: Slack, slack: StandIn) -> None:
    await channel.finish(command("list", response_url=slack.response_url), Heard(), [DONE])

    assert slack.responses == []


async def test_slack_may_check_our_certificate(channel: Slack) -> None:
    callback = form(ssl_check="1", token="deprecated")

    assert channel.hear(callback, NOW) == Heard()
    assert channel.reply(callback, Heard(), [], None).status == 200


async def test_what_is_not_signed_with_our_secret_is_forged(channel: Slack) -> None:
    genuine = command("ack 12")
    other = signed(genuine.body.decode(), NOW.timestamp(), "another secret")
    changed = replace(genuine, body=genuine.body.replace(b"12", b"13"))
    unsigned = replace(genuine, headers={})
    half = replace(genuine, headers={"x-slack-signature": "v0=00"})
    odd = replace(genuine, headers=dict(genuine.headers) | {"x-slack-request-timestamp": "soon"})
    foreign = replace(genuine, headers=dict(genuine.headers) | {"x-slack-signature": "v0=é"})

    for forged in (other, changed, unsigned, half, odd, foreign):
        with pytest.raises(Forged):
            channel.hear(forged, NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
async def test_what_was_signed_long_ago_is_a_replay(channel: Slack, minutes: int) -> None:
    with pytest.raises(Forged):
        channel.hear(command("ack 12"), NOW + timedelta(minutes=minutes))


async def test_what_is_told_twice_means_the_same_twice(channel: Slack) -> None:
    callback = command("ack 12")

    assert channel.hear(callback, NOW) == channel.hear(callback, NOW + timedelta(minutes=4))


@pytest.mark.parametrize(
    "fields",
    [
        {"payload": "no json"},
        {"payload": "[]"},
        {"payload": '{"type": "block_actions"}'},
        {"payload": '{"type": 1, "user": {"id": 2}}'},
        {"command": "/oncall"},
        {"nothing": "known"},
    ],
)
async def test_nonsense_is_not_understood(channel: Slack, fields: dict[str, str]) -> None:
    with pytest.raises(Unheard):
        channel.hear(form(**fields), NOW)


async def test_it_listens_too(channel: Slack) -> None:
    assert isinstance(channel, Listener)
