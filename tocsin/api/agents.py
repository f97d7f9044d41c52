"""For agents: what they are to look at, and where they bring what they found."""

import hashlib
import re
from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.types import Receive, Scope, Send

from tocsin.api.body import Gone, Unread, read_body
from tocsin.api.errors import Problem, RateLimited, problem_of
from tocsin.api.incoming import read_body as read_json
from tocsin.api.rate import RateLimit
from tocsin.domain.monitoring.environment import Agent
from tocsin.domain.monitoring.errand import Errands, Findings
from tocsin.kit.paths import MethodNotAllowedError, PathNotFoundError
from tocsin.usecases.errors import Complaint, DatabaseAway
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import agents, errands

PREFIX: Final = "/agent/"
MONITORS: Final = "/agent/monitors"
RESULTS: Final = "/agent/results"
METHODS: Final = {MONITORS: "GET", RESULTS: "POST"}
PER_MINUTE: Final = 600
BODY_LIMIT: Final = 4 * 1024 * 1024

_KEY: Final = re.compile(r"Bearer +([!-~]{1,200})", re.IGNORECASE)
_VERSION: Final = re.compile(r"Tocsin-Agent/(\S+)")
_UNKNOWN_KEY: Final = Problem(
    status=401,
    code=2006,
    message="Authentication Failed",
    sentences=("No agent has this key.",),
    headers={"www-authenticate": "Bearer"},
)


class Stranger(Exception):  # noqa: N818 - an answer, not a fault
    """No agent has this key."""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}


class AgentsApp:
    """A bare ASGI application for programs, each with a key of its own."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rate = RateLimit()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, unless its sender hangs up."""
        try:
            reply = await self._answer(scope, receive)
        except Gone:
            return
        except Stranger:
            reply = _refusal(_UNKNOWN_KEY)
        except (
            Complaint,
            DatabaseAway,
            MethodNotAllowedError,
            PathNotFoundError,
            RateLimited,
            Unread,
        ) as error:
            reply = _refusal(problem_of(error, ""))
        await _respond(send, reply)

    async def _answer(self, scope: Scope, receive: Receive) -> Reply:
        path = scope["path"].rstrip("/")
        if path not in METHODS:
            raise PathNotFoundError(path)
        if scope["method"] != METHODS[path]:
            raise MethodNotAllowedError(frozenset({METHODS[path]}))
        headers = dict(scope["headers"])
        agent = await self._identify(scope, headers)
        if path == MONITORS:
            return await self._hand_out(agent, headers)
        return await self._take(agent, await read_body(headers, receive, limit=BODY_LIMIT))

    async def _identify(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Agent:
        key = _KEY.fullmatch(_header(headers, b"authorization"))
        version = _VERSION.search(_header(headers, b"user-agent"))
        now = self._house.clock()
        agent = key and await agents.identify(
            self._house,
            key[1],
            version=version[1] if version else "",
            address=(scope.get("client") or ("",))[0],
            now=now,
        )
        if not agent:
            raise Stranger
        if self._rate.spend(agent.id, now, per_minute=PER_MINUTE).is_exceeded:
            raise RateLimited
        return agent

    async def _hand_out(self, agent: Agent, headers: Mapping[bytes, bytes]) -> Reply:
        found = await errands.of_agent(self._house, agent)
        body = msgspec.json.encode(Errands(agent=agent.name, monitors=tuple(found)))
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        if _header(headers, b"if-none-match") == tag:
            return Reply(status=304, headers={"etag": tag})
        return Reply(body=body, headers={"etag": tag})

    async def _take(self, agent: Agent, content: bytes) -> Reply:
        findings = read_json(content, Findings)
        receipt = await errands.take(self._house, agent, findings, self._house.clock())
        return Reply(body=msgspec.json.encode(receipt))


def _header(headers: Mapping[bytes, bytes], name: bytes) -> str:
    return headers.get(name, b"").decode("latin-1").strip()


def _refusal(problem: Problem) -> Reply:
    return Reply(
        status=problem.status, body=msgspec.json.encode(problem.body), headers=problem.headers
    )


async def _respond(send: Send, reply: Reply) -> None:
    headers = {"cache-control": "no-store", **reply.headers}
    if reply.status != 304:
        headers |= {"content-type": "application/json", "content-length": str(len(reply.body))}
    lines = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": lines})
    await send({"type": "http.response.body", "body": reply.body})
