"""From an accepted event to its webhook, alone, in a storm, and beside a receiver that is slow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx
import msgspec

from bench import load, pages
from bench.pages import Latency
from bench.server import HEADERS, Server, integrated_service

SLOW: Final = 2.0  # seconds that the slow receiver takes
STORM: Final = 60 / 10_000  # seconds from one action to the next: 10,000 a minute
STORM_LASTS: Final = 20.0

_OK: Final = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Receiver(pages.Inbox):
    """Takes webhooks at ``/quick`` and ``/slow``; only what comes to the first is noted."""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Speak just enough HTTP to take a webhook."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        body = await reader.readexactly(int(length))
        if b" /slow " in head.partition(b"\r\n")[0]:
            await asyncio.sleep(SLOW)
        else:
            self._note(body)
        writer.write(_OK)
        writer.close()


class Found(msgspec.Struct, frozen=True):
    """Latencies alone, at 100 incidents a second, and beside a slow receiver in a storm."""

    idle: Latency
    busy: Latency
    beside: Latency


class Cost(msgspec.Struct, frozen=True):
    """Events a second, without a subscription and with one that hears of each incident."""

    without: float
    told: float


async def measure(server: Server) -> Found:
    """Time webhooks from the answer to their event until they are received."""
    async with receiving() as box:
        service_id, key = await integrated_service(server.url)
        async with subscribed(server.url, box, "/quick", service_id):
            idle = await pages.measure(box, server.url, key, events=40, every=0.3)
            busy = await pages.measure(box, server.url, key, events=1000, every=0.01)
            beside = await _beside_a_slow_one(server, box, key)
    return Found(idle=idle, busy=busy, beside=beside)


async def cost(server: Server, seconds: int) -> Cost:
    """Send events as fast as they are taken, without anybody who hears of them and with somebody.

    The receiver is down, so that this measures what planning costs and nothing else.
    """
    service_id, key = await integrated_service(server.url)
    rates = []
    for run in range(3):  # the middle one with a subscription, between two without
        box = Receiver()
        box.port = 9
        if run != 1:
            rates.append(await _rate(server, key, seconds, run))
            continue
        async with subscribed(server.url, box, "/quick", service_id):
            rates.append(await _rate(server, key, seconds, run))
    return Cost(without=(rates[0] + rates[2]) / 2, told=rates[1])


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Listen on a free port of this machine."""
    box = Receiver()
    server = await asyncio.start_server(box.talk, "127.0.0.1", 0)
    box.port = server.sockets[0].getsockname()[1]
    async with server:
        yield box


@asynccontextmanager
async def subscribed(url: str, box: Receiver, path: str, service_id: str) -> AsyncIterator[None]:
    """Let the receiver hear of each new incident of a service."""
    subscription = {
        "type": "webhook_subscription",
        "events": ["incident.triggered"],
        "filter": {"type": "service_reference", "id": service_id},
        "delivery_method": {
            "type": "http_delivery_method",
            "url": f"http://127.0.0.1:{box.port}{path}",
        },
    }
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=60) as http:
        body = {"webhook_subscription": subscription}
        made = (await http.post("/webhook_subscriptions", json=body)).raise_for_status()
        id_ = made.json()["webhook_subscription"]["id"]
        yield
        (await http.delete(f"/webhook_subscriptions/{id_}")).raise_for_status()


async def _beside_a_slow_one(server: Server, box: Receiver, key: str) -> Latency:
    slow_id, slow_key = await integrated_service(server.url)
    async with subscribed(server.url, box, "/slow", slow_id):
        storm = asyncio.create_task(_storm(server.url, slow_key))
        await asyncio.sleep(STORM_LASTS / 2)
        found = await pages.measure(box, server.url, key, events=90, every=0.1)
        await storm
    return found


async def _storm(url: str, key: str) -> None:
    """Trigger 10,000 incidents a minute for a while."""
    await pages.send(url, [key], events=int(STORM_LASTS / STORM), every=STORM)


async def _rate(server: Server, key: str, seconds: int, run: int) -> float:
    result = await load.post_events(
        server.url, key, duplicates=0, connections=64, seconds=seconds, run=f"webhooks{run}"
    )
    return result.rate
