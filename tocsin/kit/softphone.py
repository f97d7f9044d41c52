"""A telephone that speaks SIP, in a process of its own: where it crashes, it crashes alone."""

import asyncio
import base64
import json
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from ssl import get_default_verify_paths
from typing import Any, Final, Literal

import msgspec

from tocsin.kit.children import spawn, tell
from tocsin.kit.speech import duration

WORKER: Final = Path(__file__).with_name("softphone_worker.py")
MODULE: Final = "baresip"  # of the extra that not everybody installs
BEGINNING: Final = 10.0  # seconds on top of ringing, for processes and servers to get going
REGISTER_WITHIN: Final = 8.0
FAREWELL: Final = 3.0  # seconds in which it has to hang up
RESOLVE_WITHIN: Final = 3.0
REGISTERED_FOR: Final = 120  # seconds, if it cannot say farewell
SIP_PORT: Final = 5060

Why = Literal["unregistered", "unanswered", "refused", "broken", "closed"]


class CallEnded(Exception):  # noqa: N818 - an answer, not a fault
    """The call is over, or never was: ``why``, and what the other side said."""

    def __init__(self, why: Why, status: int | None = None, reason: str = "") -> None:
        super().__init__(f"{status or ''} {reason}".strip() or why)
        self.why = why
        self.status = status
        self.reason = reason


class Trunk(msgspec.Struct, frozen=True, kw_only=True):
    """Whom calls go through: ``server`` with a port if need be, ``caller`` as it shall be shown.

    With ``is_secret`` nobody on the way hears what is said: it takes the transport TLS to keep it.
    """

    server: str
    transport: str
    user: str
    password: str
    caller: str = ""
    registers: bool = False
    is_secret: bool = False


class Softphone:
    """One call. What it does raises CallEnded as soon as the call is over."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._sayings = count(1)

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator["Softphone"]:
        """Give a telephone, and hang up in the end whatever happens."""
        process = await spawn(
            Path(sys.executable),
            *("-P", WORKER),
            given=asyncio.subprocess.PIPE,
            output=asyncio.subprocess.PIPE,
            complaints=asyncio.subprocess.DEVNULL,
        )
        try:
            yield cls(process)
        finally:
            await _end(process)

    async def dial(self, trunk: Trunk, number: str, *, ring_for: float) -> None:
        """Call a number until somebody answers."""
        local = await _address_towards(trunk.server)
        self._order(do="dial", **_dialling(trunk, number, ring_for, local))
        await self._expect("established", within=ring_for + BEGINNING)

    async def press(self, keys: str) -> None:
        """Press keys, as extensions want it."""
        self._order(do="press", keys=keys)
        await self._expect("pressed", within=BEGINNING)

    async def say(self, sound: bytes) -> None:
        """Let a sound be heard to its end."""
        number = self._begin_to_say(sound)
        await self._expect("said", number=number, within=duration(sound) + BEGINNING)

    async def ask(self, sound: bytes, *, wait: float) -> str | None:
        """Return the key that is pressed while a sound is heard or soon after, None if none is."""
        self._begin_to_say(sound)
        try:
            event = await self._expect("key", within=duration(sound) + wait)
        except TimeoutError:
            return None
        self._order(do="hush")
        return str(event["key"])

    async def hang_up(self) -> None:
        """End the call, and wait until it has ended."""
        await _end(self._process)

    def _begin_to_say(self, sound: bytes) -> int:
        number = next(self._sayings)
        self._order(do="say", number=number, sound=base64.b64encode(sound).decode())
        return number

    def _order(self, **order: Any) -> None:
        tell(self._process, f"{json.dumps(order)}\n".encode())

    async def _expect(self, event: str, *, within: float, **features: Any) -> Mapping[str, Any]:
        async with asyncio.timeout(within):
            while True:
                happened = await self._listen()
                if {"event": event, **features}.items() <= happened.items():
                    return happened

    async def _listen(self) -> Mapping[str, Any]:
        line = await self._process.stdout.readline() if self._process.stdout else b""
        if not line:
            raise CallEnded("broken", reason="the telephone's process has ended")
        happened: Mapping[str, Any] = json.loads(line)
        if happened["event"] == "ended":
            raise CallEnded(happened["why"], happened["status"], happened["reason"])
        return happened


def is_installed() -> bool:
    """Say whether there is a telephone here."""
    return find_spec(MODULE) is not None


def _dialling(trunk: Trunk, number: str, ring_for: float, local: str | None) -> dict[str, Any]:
    shown = trunk.caller or trunk.user
    host = trunk.server.partition(":")[0]
    return {
        "uri": f"sip:{number}@{trunk.server}",
        "ring_for": ring_for,
        "register_within": REGISTER_WITHIN,
        "headers": {"P-Preferred-Identity": f"<sip:{shown}@{host}>"},
        "account": {
            "user": trunk.user if trunk.registers else shown,
            "domain": trunk.server,
            "password": trunk.password,
            "auth_user": trunk.user,
            "transport": trunk.transport,
            "reg_interval": REGISTERED_FOR if trunk.registers else 0,
            "extra_params": ["mediaenc=srtp-mand"] if trunk.is_secret else [],
        },
        "config": {"net_interface": local, "extra_config_text": _trusting()},
    }


def _trusting() -> str:
    paths = get_default_verify_paths()
    authorities = f"sip_cafile {paths.cafile}\n" if paths.cafile else f"sip_capath {paths.capath}\n"
    return f"{authorities}sip_verify_server yes\n"


async def _address_towards(server: str) -> str | None:
    """Return the address of ours that a server is reached from; loopback is found only so."""
    host, _, port = server.partition(":")
    try:
        async with asyncio.timeout(RESOLVE_WITHIN):
            infos = await asyncio.get_running_loop().getaddrinfo(
                host, int(port or SIP_PORT), type=socket.SOCK_DGRAM
            )
        family, kind, _, _, address = infos[0]
        with socket.socket(family, kind) as probe:
            probe.connect(address)  # sends nothing
            local: str = probe.getsockname()[0]
            return local
    except (OSError, TimeoutError):
        return None  # perhaps its name leads there by other records, which the telephone asks for


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), FAREWELL)
    except TimeoutError:
        process.kill()
        await process.wait()
