"""Heartbeats: addresses that jobs call when they begin, are done, or failed."""

import re
from collections.abc import Mapping
from typing import Final

from starlette.types import Receive, Scope, Send

from tocsin.api.body import Gone, Unread, read_body
from tocsin.api.rate import RateLimit
from tocsin.api.replies import reply
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import heartbeats
from tocsin.usecases.monitoring.heartbeats import Call

PREFIX: Final = "/heartbeat/"
METHODS: Final = ("GET", "HEAD", "POST")
PER_MINUTE: Final = 60  # calls of one heartbeat

_ADDRESS: Final = re.compile(r"/heartbeat/(?P<key>[0-9a-f]{32})(?:/(?P<what>start|fail))?/?")

_CALLS: Final[Mapping[str | None, Call]] = {None: "done", "start": "start", "fail": "fail"}

Answer = tuple[int, str]

_TOLD: Final[Answer] = (200, "OK")
_UNKNOWN: Final[Answer] = (404, "No heartbeat has this address.")
_WRONG_METHOD: Final[Answer] = (405, f"Use {', '.join(METHODS)}.")
_TOO_OFTEN: Final[Answer] = (429, f"A heartbeat may be called {PER_MINUTE} times a minute.")
_AWAY: Final[Answer] = (503, "The database is away; call again in 5 seconds.")


class HeartbeatsApp:
    """A bare ASGI application: whoever knows the address may call it. What is sent is not kept."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rate = RateLimit()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, unless its sender hangs up."""
        try:
            await read_body(dict(scope["headers"]), receive)
            status, text = await self._answer(scope["method"], scope["path"])
        except Unread as why:
            status, text = why.status, f"{why.sentence}."
        except DatabaseAway:
            status, text = _AWAY
        except Gone:
            return
        await reply(send, status, text.encode(), is_head=scope["method"] == "HEAD")

    async def _answer(self, method: str, path: str) -> Answer:
        address = _ADDRESS.fullmatch(path)
        if address is None:
            return _UNKNOWN
        if method not in METHODS:
            return _WRONG_METHOD
        now = self._house.clock()
        monitor_id = await heartbeats.identify(self._house, address["key"])
        if monitor_id is None:
            return _UNKNOWN
        if self._rate.spend(monitor_id, now, per_minute=PER_MINUTE).is_exceeded:
            return _TOO_OFTEN
        await heartbeats.call(self._house, monitor_id, _CALLS[address["what"]], now)
        return _TOLD
