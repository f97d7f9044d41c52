"""A webhook as an outlet: signed JSON, and what its answers mean."""

import pytest
from msgspec.structs import replace

from tests.domain.signals import LINK, NOON, TRIGGER
from tests.hook import Hook
from tocsin.domain.monitoring.channel_config import Webhook
from tocsin.kit.http import Outbound, make_client
from tocsin.kit.signing import SIGNATURE, sign
from tocsin.outlets.tools import Tools
from tocsin.outlets.webhook import tell


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("a secret of the channel", b"a secret of the channel"),
        ("", b"the key of this installation"),
    ],
)
async def test_a_signal_is_posted_with_a_signature(
    hook: Hook, tools: Tools, secret: str, key: bytes
) -> None:
    config = Webhook(url=hook.url, secret=secret, headers=f"X-Team: web\n{SIGNATURE}: forged")

    outcome = await tell(TRIGGER, config, tools)

    [heard] = hook.heard
    assert heard.headers[SIGNATURE.lower()] == sign(key, heard.body, NOON)
    assert heard.headers["x-team"] == "web"
    assert heard.json["event"] == "violation.triggered"
    assert heard.json["violation_id"] == "QVIOLATION0001"
    assert (heard.json["level"], heard.json["link"]) == ("alarm", LINK)
    assert heard.json["values"] == {"response_time": 812}
    assert (outcome.ok, outcome.detail) == (True, "HTTP 204 No Content")
    assert hook.url not in outcome.request


async def test_a_private_address_is_refused_for_good_where_it_is_forbidden(
    hook: Hook, tools: Tools
) -> None:
    async with make_client(Outbound(deny=("private",)), user_agent="Tocsin/1") as http:
        outcome = await tell(TRIGGER, Webhook(url=hook.url), replace(tools, http=http))

    assert (outcome.ok, outcome.retry) == (False, False)
    assert outcome.detail == "127.0.0.1 has no address that Tocsin may reach."


async def test_a_receiver_that_repeats_what_it_was_sent_gives_nothing_away(
    hook: Hook, tools: Tools
) -> None:
    hook.say("500 Oops", body="You sent Bearer 0123456789abcdef with it")
    config = Webhook(url=hook.url, headers="Authorization: Bearer 0123456789abcdef")

    outcome = await tell(TRIGGER, config, tools)

    assert not any("0123456789" in text for text in (outcome.request, outcome.answer))
