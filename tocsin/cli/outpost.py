"""An outpost: fetches what it is to measure, measures it, and brings back what it found."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

import httpx
import msgspec
import structlog
from prometheus_client import CollectorRegistry

from tocsin import __version__
from tocsin.domain.monitoring.cadence import last_round, next_round
from tocsin.domain.monitoring.errand import Errand, Errands, Finding, Findings, Receipt
from tocsin.domain.monitoring.monitor import Result
from tocsin.engine.basket import Basket
from tocsin.engine.lookout import Look, Lookout
from tocsin.engine.round_meters import RoundMeters
from tocsin.kit.clock import Clock, system_clock
from tocsin.kit.text import one_line

log = structlog.get_logger("tocsin.agent")

FETCH_EVERY: Final = 15.0  # seconds, as all of these
PATIENCE: Final = 10.0
AGAIN: Final = 5.0  # after a server that did not answer
AHEAD: Final = timedelta(seconds=0.5)
EARLY: Final = 0.05
SHORTEST_REST: Final = 0.05
LONGEST_REST: Final = 5.0
LONGEST_TOLD: Final = 300

ANSWERS: Final = (200, 304, 400, 404, 405, 413)
Told = TypeVar("Told")


class StrangerError(Exception):
    """The server knows no agent with this key."""


class AwayError(Exception):
    """The server did not answer as it should; the sentence says how."""


class Outpost:
    """Works for one server with one key, until closed. What it cannot hand in, it keeps."""

    def __init__(self, server: str, key: str, look: Look, *, clock: Clock = system_clock) -> None:
        meters = RoundMeters(CollectorRegistry())
        self._server = server
        self._clock = clock
        self._basket = Basket(self._hand_in, meters, away=AwayError)
        self._lookout = Lookout(look, self._basket.put, meters, agent_id="", clock=clock)
        self._errands: dict[str, Errand] = {}
        self._planned: dict[str, datetime] = {}
        self._tag = ""
        self._changed = asyncio.Event()
        self._closing = asyncio.Event()
        self._http = httpx.AsyncClient(
            base_url=server,
            headers={"authorization": f"Bearer {key}", "user-agent": f"Tocsin-Agent/{__version__}"},
            timeout=PATIENCE,
        )

    def close(self) -> None:
        """Begin to stop."""
        self._closing.set()

    async def run(self) -> None:
        """Work until closed. Raises StrangerError."""
        work = [
            asyncio.create_task(part()) for part in (self._keep_up, self._measure, self._deliver)
        ]
        closing = asyncio.create_task(self._closing.wait())
        async with self._http:
            done, _ = await asyncio.wait((*work, closing), return_when=asyncio.FIRST_COMPLETED)
            if closing in done:
                await self._lookout.finish()
                with suppress(AwayError, StrangerError):
                    await self._basket.empty()
            for task in (*work, closing):
                task.cancel()
            await asyncio.gather(*work, closing, return_exceptions=True)
        for task in done - {closing}:
            task.result()

    async def _keep_up(self) -> None:
        """Learn again and again what is to be measured."""
        while True:
            try:
                await self._fetch()
                rest = FETCH_EVERY
            except AwayError as why:
                log.warning("The server is away", why=str(why))
                rest = AGAIN
            await asyncio.sleep(rest)

    async def _fetch(self) -> None:
        answer = await self._ask("GET", "/agent/monitors", headers={"if-none-match": self._tag})
        if answer.is_client_error:
            raise AwayError(f"{self._server} is no server for agents: {_told(answer)}")
        if answer.status_code == 304:
            return
        told = _read(answer, Errands)
        self._tag = answer.headers.get("etag", "")
        self._errands = {errand.monitor_id: errand for errand in told.monitors}
        self._plan(self._clock())
        self._changed.set()
        log.info("Measuring", agent=told.agent, server=self._server, monitors=len(self._errands))

    def _plan(self, now: datetime) -> None:
        """Measure what is new at once, and begin a new interval with its next round."""
        for id_, errand in self._errands.items():
            latest = next_round(id_, errand.interval, now)
            first = last_round(id_, errand.interval, now)
            self._planned[id_] = min(self._planned.get(id_, first), latest)
        for id_ in self._planned.keys() - self._errands.keys():
            del self._planned[id_]

    async def _measure(self) -> None:
        """Begin what is due, each round at its instant."""
        while True:
            self._changed.clear()
            await self._lookout.wait_for_room()
            self._begin(self._clock())
            await self._rest()

    def _begin(self, now: datetime) -> None:
        due = sorted((planned, id_) for id_, planned in self._planned.items())
        for planned, id_ in due[: self._lookout.room]:
            if planned > now + AHEAD:
                break
            errand = self._errands[id_]
            newest = max(planned, last_round(id_, errand.interval, now))
            self._lookout.start(errand, newest)
            self._planned[id_] = next_round(id_, errand.interval, max(newest, now))

    async def _rest(self) -> None:
        due = min(self._planned.values(), default=None)
        rest = (due - self._clock()).total_seconds() - EARLY if due else LONGEST_REST
        with suppress(TimeoutError):
            async with asyncio.timeout(min(max(rest, SHORTEST_REST), LONGEST_REST)):
                await self._changed.wait()

    async def _deliver(self) -> None:
        """Hand in what was found, the oldest first, for as long as it takes."""
        while True:
            try:
                await self._basket.serve()
            except AwayError as why:
                log.warning("Results are kept until the server is back", why=str(why))
                await asyncio.sleep(AGAIN)

    async def _hand_in(self, results: Sequence[Result]) -> None:
        found = Findings(results=tuple(map(Finding.of, results)))
        answer = await self._ask("POST", "/agent/results", content=msgspec.json.encode(found))
        if answer.is_client_error:  # a further try would not change it
            log.error("Results were refused", results=len(results), why=_told(answer))
            return
        for sentence in _read(answer, Receipt).refused:
            log.warning("A result was refused", why=sentence)

    async def _ask(self, method: str, path: str, **given: Any) -> httpx.Response:
        """Ask the server. Raises StrangerError, AwayError."""
        try:
            answer = await self._http.request(method, path, **given)
        except httpx.HTTPError as error:
            raise AwayError(f"{self._server} cannot be reached: {error}.") from error
        if answer.status_code == 401:
            raise StrangerError
        if answer.status_code not in ANSWERS:
            raise AwayError(f"{self._server} answered {answer.status_code}: {_told(answer)}")
        return answer


def _told(answer: httpx.Response) -> str:
    return one_line(answer.text, LONGEST_TOLD)


def _read(answer: httpx.Response, kind: type[Told]) -> Told:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError as error:
        raise AwayError(f"{answer.url} answers what this version does not know.") from error
