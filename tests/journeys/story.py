"""The whole product in one process, told as a story: alerts, people, and time moved by hand."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

import httpx

from tests.inbox import Inbox, Mail
from tests.night import URL, Night
from tests.team import Team, make_team
from tocsin.app.joining import Parts, build
from tocsin.app.serving import make_server
from tocsin.auth.keys import issue
from tocsin.config import read_settings
from tocsin.domain.people.user import User
from tocsin.domain.reaching.contact_kind import ALWAYS
from tocsin.domain.work import TIMER
from tocsin.store.database import Database
from tocsin.usecases import work

LANES: Final = (TIMER, *[kind.name for kind in ALWAYS])

_HEADLINE: Final = re.compile(r"^#\d+ (.+?)\r?$", re.MULTILINE)


class Story(Night):
    """Ann is on call for Checkout, then Ben, five minutes later. ``now`` is everybody's clock."""

    def __init__(self, database: Database, team: Team, inbox: Inbox) -> None:
        super().__init__(database, team)
        self._inbox = inbox
        self._read = 0

    @classmethod
    @asynccontextmanager
    async def begins(cls, database: Database, inbox: Inbox, folder: Path) -> AsyncIterator[Self]:
        """Join all parts, and let nothing be wrong yet."""
        story = cls(database, await make_team(database), inbox)
        settings = read_settings({
            "TOCSIN_DATA": str(folder),
            "TOCSIN_PUBLIC_URL": URL,
            "TOCSIN_SMTP_URL": f"{inbox.url}?starttls=never",
            "TOCSIN_DATABASE_POOL": "4",
        })  # fmt: skip
        async with build(settings, database.url, clock=lambda: story.now) as parts:
            taking = asyncio.create_task(parts.ingest.run())
            async with await story._move_in(parts):
                yield story
            taking.cancel()
            with suppress(asyncio.CancelledError):
                await taking

    async def alert(
        self, title: str, severity: str = "critical", *, key: str | None = None
    ) -> None:
        """Let monitoring say that something is wrong."""
        payload = {"summary": title, "source": "db-1", "severity": severity}
        await self._event("trigger", title, key, payload=payload)

    async def all_clear(self, title: str) -> None:
        """Let monitoring say that it is over."""
        await self._event("resolve", title)

    async def acknowledge_by_event(self, title: str) -> None:
        """Let monitoring say that somebody has it."""
        await self._event("acknowledge", title)

    async def wait(self, **time: float) -> None:
        """Let time pass, and everything in it happen when it is due."""
        until = self.now + timedelta(**time)
        while (due := await self._next_due()) and due <= until:
            self.now = max(self.now, due)
            await self._engine.run_due(self.now)
        self.now = until
        await self._engine.run_due(self.now)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        """Let the product be reached by HTTP too, and say where."""
        server = make_server(self._parts)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            serving = asyncio.create_task(server.serve([listener]))
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True
                await serving

    def mailed(self) -> list[str]:
        """Say who was told of what since this was last asked: ``["Ann: Disk full"]``."""
        mails = self._inbox.mails[self._read :]
        self._read = len(self._inbox.mails)
        return [f"{_name(mail)}: {title}" for mail in mails for title in _titles(mail)]

    async def answer(self, title: str, **changes: Any) -> dict[str, Any]:
        """Let Ann change an incident: ``await story.answer("Disk full", status="resolved")``."""
        return await self.change("incidents", await self.id_of(title), **changes)

    async def change(self, things: str, id_: str, **changes: Any) -> dict[str, Any]:
        """Send a thing back as it is, but for these changes."""
        name = "escalation_policy" if things == "escalation_policies" else things.removesuffix("s")
        path = f"/{things}/{id_}"
        whole = (await self.ask("GET", path))[name]
        answer = await self.ask("PUT", path, {name: whole | changes})
        return dict(answer[name])

    async def make(self, things: str, **thing: Any) -> dict[str, Any]:
        """Make a new thing, and return it."""
        name = "escalation_policy" if things == "escalation_policies" else things.removesuffix("s")
        return dict((await self.ask("POST", f"/{things}", {name: thing}))[name])

    async def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Speak REST as Ann; what follows at once has happened when this returns."""
        response = await self._http.request(method, path, json=body)
        assert response.is_success, response.text
        await self._engine.run_due(self.now)
        return dict(response.json()) if response.content else {}

    async def id_of(self, title: str) -> str:
        """Return the id of an incident."""
        [found] = [incident.id for incident in await self.incidents() if incident.title == title]
        return found

    async def status(self, title: str) -> str:
        """Return how an incident stands."""
        incident = await self.ask("GET", f"/incidents/{await self.id_of(title)}")
        return str(incident["incident"]["status"])

    async def _move_in(self, parts: Parts) -> httpx.AsyncClient:
        self._parts = parts
        self.house = parts.house
        self._engine = parts.engine
        async with self.database.begin() as tx:
            _, secret = await issue(tx, description="A journey", now=self.now)
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(parts.http),
            base_url=URL,
            headers={"authorization": f"Token token={secret}", "from": self.team.ann.email},
        )
        return self._http

    async def _event(self, action: str, title: str, key: str | None = None, **more: Any) -> None:
        event = {"routing_key": key or self.team.key, "event_action": action, "dedup_key": title}
        response = await self._http.post("/v2/enqueue", json=event | more)
        assert response.status_code == 202, response.text
        await self._engine.run_due(self.now)

    async def _next_due(self) -> datetime | None:
        seen = await work.look(self.house, LANES, self.now)
        return min((lane.later for lane in seen if lane.later), default=None)


def ref(user: User) -> dict[str, str]:
    """Refer to somebody as clients do."""
    return {"id": user.id, "type": "user_reference"}


def assigned_to(*users: User) -> list[dict[str, dict[str, str]]]:
    """Name new assignees as clients do."""
    return [{"assignee": ref(user)} for user in users]


def _name(mail: Mail) -> str:
    return mail.envelope_to.partition("@")[0].title()


def _titles(mail: Mail) -> list[str]:
    return _HEADLINE.findall(mail.text)
