"""How long pages take, and how much of them travels: each stop of the tour, and long lists."""

import statistics
import time
from typing import Final, NamedTuple

import asyncpg
import httpx

from bench.fill import fill
from tests.browser.history import Lived
from tests.browser.tour import STOPS
from tocsin.web.files import address_of
from tocsin.web.visit import SESSION

ROUNDS: Final = 20
INCIDENTS: Final = 100_000
OPEN: Final = 5_000
LISTS: Final = (
    "/incidents",
    "/incidents?status=triggered&page=20",
    "/incidents?status=all",
    "/incidents?status=all&q=db-4711",
    "/incidents?status=resolved&page=100",
)

# The modules that every page loads, each by the one before.
COMMON: Final = ("copy.js", "keys.js", "morph.js", "page.js", "refresh.js", "swift.js")

# As fill() leaves it, everything is over; this many shall wait for somebody.
_REOPEN: Final = """
update incidents set status = 'triggered', resolved_at = null,
  state = ((state::jsonb - 'resolved_at') || '{"status": "triggered"}')::json
from (select id from incidents where title like 'Disk full on db-%' order by id desc limit $1) last
where incidents.id = last.id
"""


class Time(NamedTuple):
    """How long one page takes, in milliseconds, of several times that it was asked for."""

    name: str
    p50_ms: float
    p95_ms: float


async def tour(lived: Lived) -> list[Time]:
    """Ask for every page that the owner sees."""
    async with await _browser(lived) as http:
        stops = [stop for stop in STOPS if not stop.is_open]
        return [await _time(http, stop.name, lived.town.address(stop.address)) for stop in stops]


async def lists(lived: Lived) -> list[Time]:
    """Ask for lists of many incidents."""
    url = lived.site.house.database.url
    await fill(url, INCIDENTS)
    connection = await asyncpg.connect(url)
    await connection.execute(_REOPEN, OPEN)
    await connection.execute("vacuum analyze")
    await connection.close()
    async with await _browser(lived) as http:
        return [await _time(http, path, path) for path in LISTS]


async def first_page(lived: Lived) -> float:
    """Weigh in kB what a browser without anything in its cache is sent for the list."""
    async with await _browser(lived) as http:
        page = await http.get("/incidents")
        parts = {"/incidents", "/manifest.webmanifest", *_files(page.text)}
        return sum([await _weigh(http, part) for part in parts]) / 1000


async def _browser(lived: Lived) -> httpx.AsyncClient:
    token = await lived.site.sign_in(lived.town.people["Ann"])
    return httpx.AsyncClient(
        base_url=lived.site.url,
        headers={"accept": "text/html", "accept-encoding": "gzip"},
        cookies={SESSION: token},
        timeout=30,
    )


async def _time(http: httpx.AsyncClient, name: str, path: str) -> Time:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        answer = await http.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return Time(name, statistics.median(taken), statistics.quantiles(taken, n=20)[18])


def _files(page: str) -> set[str]:
    """Name the files that a page asks for."""
    named = {word for word in page.split('"') if word.startswith("/static/")}
    return named | {address_of(name) for name in COMMON}


async def _weigh(http: httpx.AsyncClient, path: str) -> int:
    async with http.stream("GET", path) as answer:
        head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
        return head + len(b"".join([part async for part in answer.aiter_raw()]))
