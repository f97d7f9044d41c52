"""Apprise: the long tail of services, told by a process of its own as well as may be."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import msgspec

from tocsin.channels.push_text import MOST_TITLE
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import Field, Kind
from tocsin.domain.reaching.message import Message
from tocsin.kit.children import spawn
from tocsin.kit.http import Outbound
from tocsin.kit.text import one_line, shortened

TIMEOUT: Final = 25.0  # seconds, the start of the process among them
AT_ONCE: Final = 2  # processes: each wants a second of a processor
MOST_WORDS: Final = 4000
MOST_TOLD: Final = 300
ALL: Final = "*"
WORKER: Final = "tocsin.kit.apprise_worker"

KIND: Final = Kind(
    name="apprise",
    label="Other service (Apprise)",
    address=Field(
        name="address",
        label="Apprise URL",
        kind="secret",
        example="rocket://user:password@chat.example.com/oncall",
        help="as Apprise's list of services describes it",
        pattern=r"[a-zA-Z0-9]{2,20}://\S{1,1000}",
    ),
    is_secret=True,
)


class Apprise:
    """Tells services that have no channel of their own. Nobody learns whether it arrived."""

    declaration: ClassVar[Declaration] = Declaration(
        name="apprise",
        label="Apprise (best effort, no receipts)",
        kind=KIND,
        settings=(
            Field(
                name="services",
                label="Services",
                kind="text",
                example="rocket, zulip, signal",
                help="beginnings of Apprise URLs that people may use, with commas; * for all",
                pattern=r"\*|[a-z0-9]{2,20}(, *[a-z0-9]{2,20})*",
            ),
        ),
        is_best_effort=True,
        tested="Apprise itself, posting to a real web server",
    )

    def __init__(self, outbound: Outbound, services: str) -> None:
        self._outbound = outbound
        self._services = frozenset(services.replace(",", " ").split())
        self._places = asyncio.Semaphore(AT_ONCE)

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        return cls(tools.outbound, settings["services"])

    async def send(self, message: Message, address: str) -> Delivery:
        """Tell once."""
        service = address.partition("://")[0].lower()
        if not self._services & {service, ALL}:
            return Delivery(ok=False, detail=f"Apprise is set up without {one_line(service, 20)}.")
        asked = {
            "url": address,
            "title": shortened(message.title, MOST_TITLE),
            "body": _words(message),
            "seconds": TIMEOUT,
            "deny": self._outbound.deny,
            "allow": self._outbound.allow,
        }
        try:
            async with self._places, asyncio.timeout(TIMEOUT):
                told = await _work(msgspec.json.encode(asked) + b"\n")
        except TimeoutError:
            return Delivery(ok=False, detail=f"No answer within {TIMEOUT:g} seconds.", retry=True)
        detail = one_line(str(told.get("detail", "Apprise has broken down.")), MOST_TOLD)
        if told.get("ok") is True:
            return Delivery(ok=True, detail=detail)
        return Delivery(ok=False, detail=detail, retry="is_unknown" not in told)


def _words(message: Message) -> str:
    words = shortened(message.body, MOST_WORDS)
    return f"{words}\n\n{message.answer_url}" if message.deeds else words


async def _work(order: bytes) -> dict[str, Any]:
    """Let a process follow an order, and return what it tells. It ends before we go on."""
    process = await spawn(
        Path(sys.executable),
        "-P",  # nothing of the folder in which it starts is loaded
        "-m",
        WORKER,
        given=asyncio.subprocess.PIPE,
        output=asyncio.subprocess.PIPE,
        complaints=asyncio.subprocess.DEVNULL,
    )
    try:
        said, _ = await process.communicate(order)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    try:
        return msgspec.json.decode(said, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
