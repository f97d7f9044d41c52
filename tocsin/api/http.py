"""The way of a REST request: match, identify, allow, run, refuse. HTTP, and only HTTP."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin.api.body import Gone, read_body
from tocsin.api.errors import OutOfScope, RateLimited, Unauthenticated, problem_of
from tocsin.api.openapi import describe
from tocsin.api.query import Query
from tocsin.api.rate import Allowance, RateLimit
from tocsin.api.resources import OPS
from tocsin.api.rest import Answer, Call, Op
from tocsin.auth.keys import identify
from tocsin.auth.principal import Principal
from tocsin.auth.requester import requester_of
from tocsin.domain.people.user import User
from tocsin.kit.paths import Match, MethodNotAllowedError, PathNotFoundError, PathTree
from tocsin.usecases.errors import Forbidden, Invalid, Refused
from tocsin.usecases.house import House

BODY_LIMIT: Final = 1024 * 1024
DESCRIPTION: Final = "/openapi.json"  # needs no key, as it tells no secret
REQUESTER_NOT_FOUND: Final = 1008

# Clients know this sentence.
WITHOUT_FROM: Final = (
    'You must specify a user\'s email address in the "From" header to perform this action.'
)

_SAFE: Final = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Request(msgspec.Struct, frozen=True):
    """What arrived, before anybody knows what it means."""

    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]

    def header(self, name: bytes) -> str:
        """Return a header, or an empty text."""
        return self.headers.get(name, b"").decode("latin-1").strip()


def rest_app(house: House, ops: Sequence[Op] = OPS) -> ASGIApp:
    """Return the application that answers with these operations."""
    return Door(house, ops)


class Door:
    """Takes every request the same way."""

    def __init__(self, house: House, ops: Sequence[Op]) -> None:
        self._house = house
        self._rate = RateLimit()
        self._description = describe(ops, house.settings.public_url)
        self._tree: PathTree[Op] = PathTree()
        for op in ops:
            self._tree.add(op.method, op.path, op)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens. ``headers`` gathers those of the answer."""
        request = _request_of(scope)
        headers = {"x-request-id": secrets.token_hex(16), **_SAFE}
        try:
            answer = await self._answer(request, receive, headers)
            body = _body_of(answer)
        except Gone:
            return
        except Exception as error:  # noqa: BLE001 - nothing may pass the door unanswered
            answer = refuse(error, headers["x-request-id"])
            body = _body_of(answer)
        headers.update(answer.headers)
        await _send(send, answer.status or 200, headers, body, is_head=request.method == "HEAD")

    async def _answer(self, request: Request, receive: Receive, headers: dict[str, str]) -> Answer:
        if request.method == "OPTIONS":
            return self.tell_methods(request)
        if (request.method, request.path) == ("GET", DESCRIPTION):
            return Answer(body=self._description)
        op, parameters = self.match(request)
        content = await read_body(request.headers, receive, limit=BODY_LIMIT)
        now = self._house.clock()
        principal, requester = await self.identify(request, now)
        per_minute = self._house.account.requests_per_minute
        allowance = self._rate.spend(principal.key_id, now, per_minute=per_minute)
        headers.update(allowance.headers)
        self.allow(op, parameters, principal, allowance)
        call = Call(
            house=self._house,
            principal=principal,
            requester=requester,
            requester_email=request.header(b"from") or None,
            now=now,
            query=Query(request.query),
            content=content,
        )
        return await self.run(op, call, parameters)

    def match(self, request: Request) -> Match[Op]:
        """Find the operation that is asked for."""
        found = self._tree.find("GET" if request.method == "HEAD" else request.method, request.path)
        if any("\0" in value for value in found.parameters.values()):
            raise PathNotFoundError(request.path)
        return found

    def tell_methods(self, request: Request) -> Answer:
        """Answer OPTIONS: which methods the path has."""
        try:
            self._tree.find(request.method, request.path)
        except MethodNotAllowedError as told:
            return Answer(status=204, headers={"allow": ", ".join(sorted(told.allowed))})
        raise PathNotFoundError(request.path)

    async def identify(self, request: Request, now: datetime) -> tuple[Principal, User | None]:
        """Find out who asks, and in whose name."""
        async with self._house.database.begin() as tx:
            principal = await identify(tx, request.header(b"authorization"), now)
            if principal is None:
                raise Unauthenticated
            return principal, await requester_of(tx, principal, request.header(b"from"))

    def allow(
        self, op: Op, parameters: Mapping[str, str], principal: Principal, allowance: Allowance
    ) -> None:
        """Refuse who asks too often, or for what they may not do."""
        if allowance.is_exceeded:
            raise RateLimited
        if not principal.reaches(op.scope):
            raise OutOfScope(op.scope, principal.scopes or ())
        if not principal.may(op.power, whose=parameters.get("id")):
            raise Forbidden(f"This key has too little power for {op.scope}.")

    async def run(self, op: Op, call: Call, parameters: Mapping[str, str]) -> Answer:
        """Do what is asked."""
        if op.needs_from and call.requester is None:
            raise _without_requester(call.requester_email)
        result = await op.function(call, **parameters)
        answer = result if isinstance(result, Answer) else Answer(body=result)
        return msgspec.structs.replace(answer, status=answer.status or op.status)


def refuse(error: Exception, request_id: str) -> Answer:
    """Say no, in the words of the reference."""
    problem = problem_of(error, request_id)
    return Answer(body=problem.body, status=problem.status, headers=problem.headers)


def _without_requester(email: str | None) -> Exception:
    if email is None:
        return Invalid(WITHOUT_FROM)
    return Refused(f"There is no user {email} to ask for this.", REQUESTER_NOT_FOUND)


def _request_of(scope: Scope) -> Request:
    path = scope.get("raw_path") or scope["path"].encode()
    return Request(
        scope["method"], path.decode("latin-1"), scope["query_string"], dict(scope["headers"])
    )


def _body_of(answer: Answer) -> bytes:
    return b"" if answer.body is None else msgspec.json.encode(answer.body)


async def _send(
    send: Send, status: int, headers: Mapping[str, str], body: bytes, *, is_head: bool
) -> None:
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    if body:
        lines.append((b"content-type", b"application/json"))
    if status != 204:
        lines.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": b"" if is_head else body})
