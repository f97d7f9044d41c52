"""Troubles that any provider asked over HTTP may have, and what must come of them."""

import pytest

from tests.standins.chat_server import Answered, ChatServer
from tests.standins.pages import PAGE
from tocsin.channels import asking
from tocsin.domain.reaching.channel import Channel


async def assert_troubles_pass(
    channel: Channel, server: ChatServer, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the provider fail, be busy and be silent; each is worth another try."""
    for status in (500, 503):
        server.broken = Answered(status, "<html>Sorry</html>")
        delivery = await channel.send(PAGE, address)
        assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, True, False)
        assert str(status) in delivery.detail
    server.broken = Answered(429, None, ("Retry-After: 7",))
    delivery = await channel.send(PAGE, address)
    assert (delivery.ok, delivery.retry, delivery.wait_seconds) == (False, True, 7)
    server.broken = None
    monkeypatch.setattr(asking, "TIMEOUT", 0.05)
    server.open.clear()
    delivery = await channel.send(PAGE, address)
    assert (delivery.ok, delivery.retry) == (False, True)
    assert delivery.detail == "No answer within 0.05 seconds."
