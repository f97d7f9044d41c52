"""Pages by SMS: in a storm, at a steady pace, and beside another provider that hangs."""

import asyncio
import re
import statistics
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx
import msgspec
import sqlalchemy as sa

from bench import crowd, pages
from bench.pages import Latency
from bench.provider import TAKES
from tocsin.channels import DECLARED
from tocsin.config import read_settings
from tocsin.kit.clock import system_clock
from tocsin.kit.sealing import Sealer, kept_secret
from tocsin.store.database import Database
from tocsin.usecases import account
from tocsin.usecases.directory import Directory
from tocsin.usecases.house import House
from tocsin.usecases.reaching import providers

HANGS: Final = 30.0  # seconds, as all of these
SETTLES: Final = 20.0  # until what hung has been given up
CALLS: Final = 2  # of so many pages one goes by the provider that hangs

_MARK: Final = re.compile(r"mark-(\d+)")
_IS_LEFT: Final = sa.text("select count(*) from work where lane = 'sms'")
_TOLD: Final = sa.text("""
    with told as (
        select user_id, unnest(incident_ids) as id, count(*) as times
        from messages where kind = 'page' group by 1, 2
    )
    select count(*), count(*) filter (where times is null), count(*) filter (where times > 1)
    from incidents left join told on told.id = incidents.id and user_id = any(assignee_ids)
    where status <> 'resolved'
""")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How much is measured; the times are in seconds."""

    storm_people: int = 200
    storm_incidents: int = 10_000
    storm_lasts: float = 60
    digest: int = 60
    people: int = 2000
    rate: int = 200
    lasts: float = 60
    rounds: int = 2
    round_rate: int = 100
    round_lasts: float = 30


QUICK: Final = Plan(
    storm_people=50,
    storm_incidents=1500,
    storm_lasts=10,
    digest=15,
    people=500,
    lasts=10,
    rounds=2,
    round_lasts=10,
)


class Storm(msgspec.Struct, frozen=True, kw_only=True):
    """How long people waited for their first page (seconds), and what all messages told."""

    p50: float
    p99: float
    worst: float
    unpaged: int
    messages: int
    incidents: int
    untold: int
    told_twice: int


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured; the pairs are without and with a provider that hangs."""

    storm: Storm
    steady: Latency
    pairs: Sequence[tuple[Latency, Latency]]


class Stand(msgspec.Struct, frozen=True, kw_only=True):
    """The server under measurement, a house of ours on its database, and the provider."""

    url: str
    house: House
    provider: httpx.AsyncClient

    async def heard(self) -> list[tuple[float, dict[str, str]]]:
        """Return what arrived since this was asked last."""
        answer = await self.provider.get("/heard")
        return msgspec.json.decode(answer.content, type=list[tuple[float, dict[str, str]]])

    async def has_sent(self, *, within: float) -> None:
        """Wait until no SMS is left to be sent, but not for ever."""
        for _ in range(int(within)):
            await asyncio.sleep(1)
            async with self.house.database.read() as tx:
                if not (await tx.execute(_IS_LEFT)).scalar_one():
                    return


async def measure(url: str, data: Path, database_url: str, plan: Plan) -> Found:
    """Page a crowd."""
    async with _standing(url, data, database_url) as stand:
        by_sms = await crowd.gather(stand.house, "sms", plan.people)
        by_call = await crowd.gather(stand.house, "phone", plan.people // CALLS)
        storm = await _storm(stand, by_sms[: plan.storm_people], plan)
        await account.change(stand.house, account.Wish(digest_seconds=0))
        await _clear(stand)
        steady = await _steady(stand, by_sms, plan.rate, plan.lasts)
        mixed = [key for pair in zip(by_sms[: len(by_call)], by_call, strict=True) for key in pair]
        pairs = [await _pair(stand, mixed, plan) for _ in range(plan.rounds)]
    return Found(storm=storm, steady=steady, pairs=pairs)


@asynccontextmanager
async def _standing(url: str, data: Path, database_url: str) -> AsyncIterator[Stand]:
    database = await Database.open(database_url, connections=4)
    house = House(
        database=database,
        settings=read_settings({"TOCSIN_DATA": str(data)}),
        sealer=Sealer(kept_secret(data)),
        directory=Directory(),
        declared=DECLARED,
    )
    async with _provider() as address, httpx.AsyncClient(base_url=address, timeout=60) as http:
        await _set_up(house, address)
        yield Stand(url=url, house=house, provider=http)
    await database.close()


@asynccontextmanager
async def _provider() -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.provider"), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.terminate()
        await process.wait()


async def _set_up(house: House, address: str) -> None:
    gateway = {
        "url": f"{address}/messages",
        "method": "POST",
        "form": "json",
        "body": '{"to": "{to}", "text": "{text}"}',
    }
    calls = {
        "account_sid": f"AC{0:032}",
        "auth_token": "bench",
        "caller": "+15550199",
        "base_url": address,
    }
    for type_, settings in (("sms_gateway", gateway), ("twilio_voice", calls)):
        wish = providers.Wish(type=type_, name=type_, settings=settings)
        await providers.create(house, wish, system_clock())


async def _storm(stand: Stand, keys: Sequence[str], plan: Plan) -> Storm:
    await account.change(stand.house, account.Wish(digest_seconds=plan.digest))
    every = plan.storm_lasts / plan.storm_incidents
    answered = await pages.send(stand.url, keys, events=plan.storm_incidents, every=every)
    await stand.has_sent(within=3 * plan.digest)
    heard = await stand.heard()
    first: dict[int, float] = {}
    for at, message in heard:
        first.setdefault(int(message["to"][2:]) - crowd.FIRST_NUMBER, at)
    waits = sorted(at - answered[person] for person, at in first.items())
    cuts = statistics.quantiles(waits, n=100, method="inclusive")
    async with stand.house.database.read() as tx:
        incidents, untold, told_twice = (await tx.execute(_TOLD)).one()
    return Storm(
        p50=cuts[49],
        p99=cuts[98],
        worst=waits[-1],
        unpaged=len(keys) - len(waits),
        messages=len(heard),
        incidents=incidents,
        untold=untold,
        told_twice=told_twice,
    )


async def _pair(stand: Stand, keys: Sequence[str], plan: Plan) -> tuple[Latency, Latency]:
    found = []
    for seconds in (TAKES, HANGS):
        await stand.provider.post(f"/calls/{seconds}")
        found.append(await _steady(stand, keys, plan.round_rate, plan.round_lasts, sms_each=CALLS))
        await stand.provider.post(f"/calls/{TAKES}")
        await asyncio.sleep(SETTLES)
        await _clear(stand)
    return found[0], found[1]


async def _steady(
    stand: Stand, keys: Sequence[str], rate: int, lasts: float, *, sms_each: int = 1
) -> Latency:
    """Page one after the other; of ``sms_each`` pages, the first goes by SMS and is timed."""
    answered = await pages.send(stand.url, keys, events=int(rate * lasts), every=1 / rate)
    await stand.has_sent(within=60)
    heard: dict[int, float] = {}
    for at, message in await stand.heard():
        for mark in _MARK.findall(message["text"]):
            heard.setdefault(int(mark), at)
    timed = [mark for mark in answered if mark % sms_each == 0]
    waits = [1000 * (heard[mark] - answered[mark]) for mark in timed if mark in heard]
    cuts = statistics.quantiles(waits, n=100, method="inclusive")
    return Latency(cuts[49], cuts[98], len(timed) - len(waits))


async def _clear(stand: Stand) -> None:
    """Forget what is still planned, so that the next run finds what the first did."""
    async with stand.house.database.begin() as tx:
        await tx.execute(sa.text("delete from work"))
        await tx.execute(sa.text("delete from provider_health"))
