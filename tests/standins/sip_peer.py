"""A telephone that answers: it listens, presses keys, and tells in the end what it heard.

Run as a program of its own; its only argument is its part, in JSON.
"""

import asyncio
import json
import math
import sys
from array import array
from contextlib import suppress
from typing import Any

from baresip import Account, AudioNotActive, BaresipError, Call, Config, Event, Runtime, UserAgent

AUDIBLE = 300  # of 32768


class Peer:
    def __init__(self, part: dict[str, Any]) -> None:
        self.part = part
        self.ended = asyncio.Event()
        self.heard = bytearray()
        self.pressed = ""
        self.caller: list[str | None] = []
        self.called = ""

    async def play(self) -> None:
        runtime = Runtime()
        extra = f"sip_listen 127.0.0.1:{self.part['port']}\n"
        if "certificate" in self.part:
            extra += f"sip_certificate {self.part['certificate']}\n"
        config = Config(
            net_interface="127.0.0.1",
            extra_config_text=extra,
            expose_headers=("P-Preferred-Identity", "To"),
        )
        await runtime.start(config)
        account = Account(
            user="peer",
            domain="127.0.0.1",
            password="",
            transport="tls" if "certificate" in self.part else "udp",
            reg_interval=0,
            dtmf_mode=self.part.get("mode", "rtpevent"),
            extra_params=("catchall=yes", *self.part.get("params", ())),
        )
        agent = await UserAgent.create(runtime, account)
        agent.on_incoming(lambda call: asyncio.ensure_future(self._take(call)))
        tell(event="ready")
        await self.ended.wait()
        await runtime.close()
        tell(
            seconds=audible(bytes(self.heard)),
            pressed=self.pressed,
            caller=self.caller,
            called=self.called,
        )

    async def _take(self, call: Call) -> None:
        self.called = call.headers["To"].strip("<").partition("@")[0]
        self.caller = [call.peer, call.headers.get("P-Preferred-Identity")]
        call.on(lambda event: self.ended.set() if event.event is Event.CALL_CLOSED else None)
        call.on_dtmf(lambda key: setattr(self, "pressed", self.pressed + key.digit))
        await asyncio.sleep(self.part.get("rings", 0.1))
        await call.answer()
        listening = asyncio.ensure_future(self._listen(call))
        with suppress(BaresipError):
            for pause, key in self.part.get("keys", ()):
                await asyncio.sleep(pause)
                await call.send_dtmf(key)
            if "hangs_up" in self.part:
                await asyncio.sleep(self.part["hangs_up"])
                await call.hangup()
        await self.ended.wait()
        listening.cancel()

    async def _listen(self, call: Call) -> None:
        while True:
            with suppress(AudioNotActive):
                self.heard += call.audio.read(8000)
            await asyncio.sleep(0.05)


def audible(sound: bytes) -> float:
    """Return for how many seconds something was heard."""
    samples = array("h", bytes(sound[: len(sound) // 2 * 2]))
    frames = [samples[start : start + 160] for start in range(0, len(samples), 160)]
    loud = [f for f in frames if math.sqrt(sum(s * s for s in f) / len(f)) > AUDIBLE]
    return len(loud) * 0.02


def tell(**what: Any) -> None:
    sys.stdout.write(f"{json.dumps(what)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(Peer(json.loads(sys.argv[1])).play())
