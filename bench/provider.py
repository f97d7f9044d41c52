"""A provider of SMS and telephone calls, in a process of its own: it notes what arrives, and when.

    python -m bench.provider

It prints its port. ``/messages`` takes SMS, ``/2010-04-01/…`` calls as Twilio does. ``/heard``
tells what arrived, and forgets it. ``/calls/30`` lets each call hang for 30 seconds from now on.
"""

import asyncio
import re
import time
from contextlib import suppress
from typing import Any, Final

import msgspec

TAKES: Final = 0.1  # seconds, of a provider that is well

_LENGTH: Final = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_CALL: Final = {"sid": "CA00000000000000000000000000000000", "status": "queued"}


class Provider:
    """What arrived: when (seconds of the performance counter, which all processes share), what."""

    def __init__(self) -> None:
        self.heard: list[tuple[float, dict[str, str]]] = []
        self.hangs = TAKES

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak just enough HTTP to take messages, one after the other."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                answer = msgspec.json.encode(await self._answer(head.split(b" ")[1].decode(), body))
                writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: ")
                writer.write(b"%d\r\n\r\n%b" % (len(answer), answer))
        writer.close()

    async def _answer(self, path: str, body: bytes) -> Any:
        match path.strip("/").split("/"):
            case ["messages"]:
                self.heard.append((time.perf_counter(), msgspec.json.decode(body)))
                await asyncio.sleep(TAKES)
                return {"id": str(len(self.heard))}
            case ["calls", seconds]:
                self.hangs = float(seconds)
                return {}
            case ["heard"]:
                heard, self.heard = self.heard, []
                return heard
        await asyncio.sleep(self.hangs)
        return _CALL


async def _serve() -> None:
    server = await asyncio.start_server(Provider().talk, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
