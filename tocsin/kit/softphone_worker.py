"""The telephone itself: it makes one call in a process of its own, as it is told line by line.

Run by its path, so that it loads nothing else of ours. It reads orders and writes what happens,
each a line of JSON. The last is ``ended``: why, and with what SIP status a call was refused.
"""

import asyncio
import base64
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from baresip import (
    Account,
    AudioNotActive,
    AudioRestarted,
    BaresipError,
    Call,
    CallFailed,
    CallState,
    CallTimeout,
    Config,
    DigitEvent,
    Event,
    RegistrationError,
    Runtime,
    StackEvent,
    UserAgent,
)

FRAME: Final = 0.02  # seconds
BREATH: Final = 0.2  # seconds, after which nothing is left of what was hushed
AHEAD: Final = 8000  # bytes, half a second: what is hushed is not heard much longer
LAST_WORDS: Final = 0.3  # seconds in which a BYE leaves
LONGEST_ORDER: Final = 2**25

Order = dict[str, Any]
Tell = Callable[[Order], None]


class Telephone:
    """Follows orders: dial, say, hush, press."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._runtime = Runtime()
        self._call: Call | None = None
        self._is_up = False
        self._sound, self._saying = b"", 0
        self._is_talking = asyncio.Event()

    async def work(self, orders: asyncio.StreamReader) -> None:
        """Follow orders until there are no more, then hang up."""
        busy = [asyncio.create_task(self._talk())]
        try:
            while line := await orders.readline():
                busy.append(asyncio.create_task(self._attempt(json.loads(line))))
        finally:
            for task in busy:
                task.cancel()
            await asyncio.gather(*busy, return_exceptions=True)
            await self._hang_up()
            with suppress(BaresipError):
                await self._runtime.close()

    async def _attempt(self, order: Order) -> None:
        """Follow an order; when the call cannot be made, say why."""
        try:
            await self._follow(order)
        except RegistrationError as why:
            self._end("unregistered", why.status, why.reason or str(why))
        except CallTimeout:
            self._end("unanswered")
        except CallFailed as why:
            self._end("refused", why.status, why.reason)
        except (BaresipError, ValueError) as why:
            self._end("broken", reason=str(why))

    async def _follow(self, order: Order) -> None:
        match order["do"]:
            case "dial":
                await self._dial(order)
            case "say":
                await asyncio.sleep(BREATH)
                self._sound, self._saying = base64.b64decode(order["sound"]), order["number"]
                self._is_talking.set()
            case "hush":
                self._hush()
            case "press" if self._call is not None:
                await self._call.send_dtmf(order["keys"])
                await asyncio.sleep(BREATH)
                self._tell({"event": "pressed"})

    async def _dial(self, order: Order) -> None:
        await self._runtime.start(Config(max_concurrent_calls=1, **order["config"]))
        account = Account(**order["account"])
        agent = await UserAgent.create(self._runtime, account, transfer_policy="reject")
        if account.reg_interval:
            await agent.register(timeout=order["register_within"])
        self._call = await agent.dial(order["uri"], order["headers"])
        self._call.on(self._on_event)
        self._call.on_dtmf(self._on_key)
        await self._call.wait_established(order["ring_for"])
        self._is_up = True
        self._tell({"event": "established"})
        if self._call.state is CallState.CLOSED:
            self._end("closed")

    def _on_key(self, pressed: DigitEvent) -> None:
        self._tell({"event": "key", "key": pressed.digit})

    def _on_event(self, event: StackEvent) -> None:
        if event.event is Event.CALL_RINGING:
            self._tell({"event": "ringing"})
        elif event.event is Event.CALL_CLOSED and self._is_up:
            self._end("closed", reason=event.text or "")

    def _hush(self) -> None:
        self._sound = b""
        self._is_talking.clear()
        if self._call is not None and self._call.state is CallState.ESTABLISHED:
            with suppress(AudioNotActive, AudioRestarted):
                self._call.audio.flush_tx()

    async def _talk(self) -> None:
        """Feed what is to be said as fast as it is sent, and tell when it has been heard."""
        while True:
            await self._is_talking.wait()
            await asyncio.sleep(FRAME)
            with suppress(AudioNotActive, AudioRestarted):
                self._feed()

    def _feed(self) -> None:
        if self._call is None:
            return
        audio = self._call.audio
        buffered = audio.info().tx_buffered
        self._sound = self._sound[audio.write(self._sound[: max(0, AHEAD - buffered)]) :]
        if not self._sound and not buffered:
            self._is_talking.clear()
            self._tell({"event": "said", "number": self._saying})

    async def _hang_up(self) -> None:
        if self._call is not None and self._call.state is not CallState.CLOSED:
            with suppress(BaresipError):
                await self._call.hangup()
            await asyncio.sleep(LAST_WORDS)

    def _end(self, why: str, status: int | None = None, reason: str = "") -> None:
        self._tell({"event": "ended", "why": why, "status": status, "reason": reason})


def main() -> None:
    """Work, writing what happens where nothing else can write."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1) as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

        def tell(event: Order) -> None:
            with suppress(BrokenPipeError):
                out.write(f"{json.dumps(event)}\n")

        with suppress(KeyboardInterrupt):
            asyncio.run(_work(tell))


async def _work(tell: Tell) -> None:
    orders = asyncio.StreamReader(limit=LONGEST_ORDER)
    protocol = asyncio.StreamReaderProtocol(orders)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    await Telephone(tell).work(orders)


if __name__ == "__main__":
    main()
