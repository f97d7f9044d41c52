"""The whole product in this process, on a port of its own, with a clock that is moved by hand."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec

from tests.inbox import Inbox
from tests.running import free_port
from tocsin.app.joining import Parts, build
from tocsin.app.serving import make_server, running
from tocsin.auth import sessions
from tocsin.auth.passwords import hash_password
from tocsin.config import read_settings
from tocsin.domain.people.user import User
from tocsin.domain.reaching.contact_kind import ALWAYS
from tocsin.domain.work import LETTER, TIMER
from tocsin.kit.clock import Clock
from tocsin.kit.listening import bound
from tocsin.store.database import Database
from tocsin.store.people import users as users_store
from tocsin.usecases import work
from tocsin.usecases.first_start import THE_HOUSE
from tocsin.usecases.house import House
from tocsin.usecases.intake.parcels import Take
from tocsin.usecases.people import users

PASSWORD: Final = "correct horse battery staple"
LANES: Final = (TIMER, LETTER, *[kind.name for kind in ALWAYS])


class Site:
    """``now`` is the time of everybody in it, unless it keeps the real time."""

    def __init__(self, url: str, parts: Parts, inbox: Inbox, hashed: str) -> None:
        self.url = url
        self.house: House = parts.house
        self.inbox = inbox
        self._parts = parts
        self._hashed = hashed
        self.http = httpx.AsyncClient(base_url=url)

    @property
    def now(self) -> datetime:
        """What the clock says."""
        return self.house.clock()

    async def person(self, name: str, **given: Any) -> User:
        """Let somebody in who can sign in with the one password of all tests."""
        email = f"{name.split(maxsplit=1)[0].lower()}@example.com"
        wish = users.Wish(name=name, email=email, **given)
        user = (await users.create(self.house, wish, THE_HOUSE, self.now)).user
        async with self.house.database.begin() as tx:
            await users_store.set_password(tx, user.id, self._hashed)
        return user

    async def sign_in(self, user: User) -> str:
        """Begin a session, and return what its cookie holds."""
        async with self.house.database.begin() as tx:
            return await sessions.begin(tx, user.id, self.now)

    async def send(self, key: str, title: str, **given: Any) -> None:
        """Let monitoring say something, at once followed by what is due."""
        payload = {"summary": title, "source": "db-1.example.com", "severity": "critical"}
        event = {"routing_key": key, "event_action": "trigger", "dedup_key": title}
        event |= {"payload": payload | given.pop("payload", {})} | given
        answer = await self.http.post("/v2/enqueue", content=msgspec.json.encode(event))
        assert answer.status_code == 202, answer.text
        await self.do_what_is_due()

    @property
    def take(self) -> Take:
        """What takes events that pages send."""
        return self._parts.ingest.take

    def let_go(self) -> None:
        """Cut the streams that open pages follow."""
        self._parts.live.close()

    def link_to(self, name: str) -> str:
        """Return the path of the link in the last mail to somebody."""
        mails = [m for m in self.inbox.mails if m.envelope_to.startswith(f"{name}@")]
        return next(re.finditer(rf"{self.url}(/\S+)", mails[-1].text))[1]

    async def do_what_is_due(self) -> None:
        """Let the engine work, if nothing else does."""
        await self._parts.engine.run_due(self.now)

    async def next_due(self) -> datetime | None:
        """Say when the next thing is to be done."""
        seen = await work.look(self.house, LANES, self.now)
        return min((lane.later for lane in seen if lane.later), default=None)


@asynccontextmanager
async def open_site(
    database: Database,
    folder: Path,
    inbox: Inbox,
    clock: Clock,
    *,
    role: str = "all",
    url: str | None = None,
) -> AsyncIterator[Site]:
    """Serve until the block ends. In the role ``api`` the engine works only when it is told to."""
    url = url or f"http://127.0.0.1:{free_port()}"
    settings = read_settings({
        "TOCSIN_DATA": str(folder),
        "TOCSIN_PUBLIC_URL": url,
        "TOCSIN_SMTP_URL": f"{inbox.url}?starttls=never",
        "TOCSIN_TIME_ZONE": "Europe/Vienna",
        "TOCSIN_DATABASE_POOL": "6",
        "TOCSIN_ROLE": role,
    })  # fmt: skip
    async with build(settings, database.url, clock=clock) as parts, running(settings, parts):
        server = make_server(parts)
        with bound("127.0.0.1", int(url.rpartition(":")[2])) as sockets:
            serving = asyncio.create_task(server.serve(sockets))
            while not server.started:  # noqa: ASYNC110 - uvicorn tells nobody
                await asyncio.sleep(0.01)
            site = Site(url, parts, inbox, await hash_password(PASSWORD))
            async with site.http:
                yield site
            parts.live.close()
            server.should_exit = True
            await serving
