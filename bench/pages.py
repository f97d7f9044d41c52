"""From an accepted event to its page: an SMTP sink that notes when each message arrives."""

import asyncio
import re
import statistics
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress

import httpx
import msgspec

_MARK = re.compile(rb"mark-(\d+)")


class Inbox:
    """When each marked incident was first heard of (seconds of the performance counter)."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: dict[int, float] = {}
        self.messages = 0
        self._more = asyncio.Event()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak just enough SMTP to take mail."""
        writer.write(b"220 bench\r\n")
        while line := await reader.readline():
            command = line[:4].upper()
            if command == b"DATA":
                writer.write(b"354 go on\r\n")
                self._note(await reader.readuntil(b"\r\n.\r\n"))
            writer.write(b"221 bye\r\n" if command == b"QUIT" else b"250 ok\r\n")
            if command == b"QUIT":
                break
        writer.close()

    def _note(self, mail: bytes) -> None:
        now = time.perf_counter()
        self.messages += 1
        for mark in _MARK.findall(mail.replace(b"=\r\n", b"")):
            self.heard.setdefault(int(mark), now)
        self._more.set()

    async def hears(self, marks: int, *, seconds: float) -> None:
        """Wait until so many incidents were heard of, but not for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while len(self.heard) < marks:
                    self._more.clear()
                    await self._more.wait()


@asynccontextmanager
async def inbox() -> AsyncIterator[Inbox]:
    """Listen on a free port of this machine."""
    box = Inbox()
    server = await asyncio.start_server(box.talk, "127.0.0.1", 0, limit=2**24)
    box.port = server.sockets[0].getsockname()[1]
    async with server:
        yield box


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from the answer to the page, and how many pages never came."""

    p50_ms: float
    p99_ms: float
    missing: int


async def measure(box: Inbox, url: str, key: str, *, events: int, every: float) -> Latency:
    """Send ``events`` new alerts, one each ``every`` seconds, and wait for their pages."""
    box.heard.clear()
    answered = await send(url, [key], events=events, every=every)
    await box.hears(events, seconds=30)
    waits = sorted((box.heard[m] - at) * 1000 for m, at in answered.items() if m in box.heard)
    cuts = statistics.quantiles(waits, n=100) if len(waits) > 1 else [0.0] * 99
    return Latency(cuts[49], cuts[98], events - len(waits))


async def send(url: str, keys: Sequence[str], *, events: int, every: float) -> dict[int, float]:
    """Send marked alerts at a steady pace, to each key in turn; return when each was answered."""
    answered: dict[int, float] = {}
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:
        began = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for mark in range(events):
                await asyncio.sleep(max(0.0, began + mark * every - time.perf_counter()))
                group.create_task(_send(http, keys[mark % len(keys)], mark, answered))
    return answered


async def _send(http: httpx.AsyncClient, key: str, mark: int, answered: dict[int, float]) -> None:
    payload = {"summary": f"Bench mark-{mark}.", "source": "bench", "severity": "critical"}
    event = {
        "routing_key": key,
        "event_action": "trigger",
        "dedup_key": f"{time.time_ns()}-{mark}",
        "payload": payload,
    }
    answer = await _post(http, event)
    answer.raise_for_status()
    answered[mark] = time.perf_counter()


async def _post(http: httpx.AsyncClient, event: Mapping[str, object]) -> httpx.Response:
    """Send it again where a kept connection was just being closed, as every sender must."""
    while True:
        with suppress(httpx.ReadError, httpx.RemoteProtocolError):
            return await http.post("/v2/enqueue", json=event)
