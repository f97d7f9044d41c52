"""ntfy, spoken with over HTTP: what topics get, and what refusals mean."""

from collections.abc import AsyncIterator, Callable

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.pages import NOTICE, PAGE, TOKEN
from tests.standins.push_apps import NTFY_TOKEN, TOPIC, NtfyServer
from tests.standins.tooling import open_tools
from tests.standins.troubles import assert_troubles_pass
from tocsin.channels.ntfy import MOST_BYTES, Ntfy

CALLBACK = "https://oncall.example.com/callbacks/P1"


@pytest.fixture
async def server() -> AsyncIterator[NtfyServer]:
    async with NtfyServer() as server:
        yield server


@pytest.fixture
async def make(server: NtfyServer) -> AsyncIterator[Callable[..., Ntfy]]:
    async with open_tools() as tools:

        def make(token: str = NTFY_TOKEN) -> Ntfy:
            return Ntfy.make(tools, {"base_url": server.url, "token": token}, CALLBACK)

        yield make


@pytest.fixture
def channel(make: Callable[..., Ntfy]) -> Ntfy:
    return make()


async def test_a_page_sounds_and_has_buttons_that_answer_it(
    channel: Ntfy, server: NtfyServer
) -> None:
    delivery = await channel.send(PAGE, TOPIC)

    (asked,) = server.asked
    told = asked.json
    assert (delivery.ok, delivery.provider_id) == (True, "sPs71M8A2T")
    assert asked.headers["authorization"] == f"Bearer {NTFY_TOKEN}"
    assert (told["topic"], told["priority"], told["tags"]) == (TOPIC, 5, ["rotating_light"])
    assert (told["title"], told["message"]) == (PAGE.title, PAGE.body)
    assert told["click"] == PAGE.answer_url
    assert [one["label"] for one in told["actions"]] == ["Acknowledge", "Resolve", "Escalate"]
    assert told["actions"][0] == {
        "action": "http",
        "label": "Acknowledge",
        "method": "POST",
        "url": f"https://oncall.example.com/answer/{TOKEN}/acknowledge",
        "headers": {"Authorization": f"Bearer {TOKEN}"},
        "clear": True,
    }


async def test_a_notice_has_no_buttons_and_fits(channel: Ntfy, server: NtfyServer) -> None:
    await channel.send(replace(NOTICE, kind="hand_off", body="ä" * 5000), TOPIC)

    told = server.asked[0].json
    assert (told["priority"], told["actions"], told["tags"]) == (3, [], [])
    assert "click" not in told
    assert len(told["message"].encode()) <= MOST_BYTES
    assert told["message"].endswith("ä…")


async def test_a_server_that_lets_everybody_publish_is_sent_no_token(
    make: Callable[..., Ntfy], server: NtfyServer
) -> None:
    assert (await make(token="").send(PAGE, TOPIC)).ok
    assert "authorization" not in server.asked[0].headers


async def test_troubles_pass(
    channel: Ntfy, server: NtfyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await assert_troubles_pass(channel, server, TOPIC, monkeypatch)


async def test_a_topic_of_others_is_the_wrong_address(channel: Ntfy) -> None:
    delivery = await channel.send(PAGE, "reserved-topic")

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, False)
    assert delivery.detail == "HTTP 403 Forbidden: forbidden"


async def test_a_revoked_token_is_our_fault_and_stays_secret(make: Callable[..., Ntfy]) -> None:
    delivery = await make(token="tk_revoked").send(PAGE, TOPIC)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, True)
    assert "tk_revoked" not in delivery.detail


@pytest.mark.parametrize(
    ("answered", "retry", "ours"),
    [
        (Answered(429, {"code": 42901, "http": 429, "error": "limit reached"}), True, False),
        (Answered(429, {"code": 42908, "http": 429, "error": "daily quota"}), False, True),
        (Answered(400, {"code": 40009, "http": 400, "error": "topic invalid"}), False, False),
        (Answered(400, {"code": 40099, "http": 400, "error": "something new"}), True, False),
        (Answered(404, "<html>not here</html>"), False, True),
    ],
)
async def test_codes_say_whose_fault_it_is(
    channel: Ntfy, server: NtfyServer, answered: Answered, retry: bool, ours: bool
) -> None:
    server.broken = answered

    delivery = await channel.send(PAGE, TOPIC)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, retry, ours)
