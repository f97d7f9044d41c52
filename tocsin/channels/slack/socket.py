"""Socket Mode: Slack tells us over a web socket that we open, so that nobody must reach us."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from tocsin.channels.slack.api import SlackApi, told_in
from tocsin.channels.slack.hearing import Told, read_button, read_command
from tocsin.domain.reaching.hearing import Unheard
from tocsin.kit.http import Outbound

OPENING: Final = 10.0  # seconds

Take = Callable[[Told], Coroutine[Any, Any, None]]


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What comes over the socket. ``envelope_id`` is what its receipt must name."""

    type: str
    envelope_id: str = ""
    payload: dict[str, Any] = {}
    reason: str = ""


async def listen(api: SlackApi, app_token: str, outbound: Outbound, take: Take) -> None:
    """Hand on what people do, until cancelled. Raises what breaks the connection."""
    while True:
        opened = await api.call("apps.connections.open", {}, token=app_token)
        async with await _connected(told_in(opened, "url"), outbound) as socket:
            await _hear(socket, take)


async def _connected(url: str, outbound: Outbound) -> AbstractAsyncContextManager[ClientConnection]:
    """Connect to an address that may be reached, under the name that Slack gave."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "wss" else 80)
    host, *_ = await outbound.resolve(parts.hostname or "", port)
    return connect(url, host=host, port=port, proxy=None, open_timeout=OPENING)


async def _hear(socket: ClientConnection, take: Take) -> None:
    """Hear until Slack wants us to connect anew, as it does every few hours."""
    async with asyncio.TaskGroup() as group:
        async for text in socket:
            envelope = msgspec.json.decode(text, type=Envelope)
            if envelope.envelope_id:
                receipt = msgspec.json.encode({"envelope_id": envelope.envelope_id})
                await socket.send(receipt.decode())
            if envelope.type == "disconnect" and envelope.reason != "link_disabled":
                return
            if told := _read(envelope):
                group.create_task(take(told))
        raise ConnectionError("Slack closed the connection.")


def _read(envelope: Envelope) -> Told | None:
    """Understand what came; what is not for us is let pass."""
    try:
        match envelope.type:
            case "interactive":
                return read_button(envelope.payload)
            case "slash_commands":
                return read_command(envelope.payload)
            case _:
                return None
    except Unheard:
        return None
