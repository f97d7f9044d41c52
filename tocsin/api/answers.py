"""Answers by machines: buttons of apps, and what a service worker sends while no page is open."""

import re
from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.types import Receive, Scope, Send

from tocsin.api.body import Gone, Unread, read_body
from tocsin.api.replies import JSON, reply
from tocsin.auth.attempts import Attempts
from tocsin.domain.reaching.answer import DEEDS
from tocsin.usecases.errors import Complaint, DatabaseAway, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.reaching import answer_pages, devices

RENEWED: Final = "/devices/renewed"

_ADDRESS: Final = re.compile(rf"/answer/(?P<token>[\w.-]{{1,100}})/(?P<deed>{'|'.join(DEEDS)})/?")

Answer = tuple[int, str | None]

_UNKNOWN: Final = "No message has this address."
_TOO_OFTEN: Final = "Wait for a minute before you try another address."
_OVER: Final = "This message can be answered no longer: 24 hours have passed."
_UNPROVEN: Final = "Send Authorization: Bearer with the token of the address, or a body of JSON."
_AWAY: Final = "The database is away; try again in 5 seconds."

# No cookie counts here, so whatever page asks does it with no more than what it knows.
_FOR_ALL: Final = (
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", b"authorization, content-type"),
    (b"access-control-allow-methods", b"POST"),
)


class Renewal(msgspec.Struct, frozen=True):
    """Where a browser was reached until now, and what it has instead."""

    endpoint: str
    subscription: msgspec.Raw


def is_ours(scope: Scope) -> bool:
    """Say whether a request answers a message, or tells that a device has moved."""
    path = scope["path"]
    return path == RENEWED or _ADDRESS.fullmatch(path) is not None


class AnswersApp:
    """A bare ASGI application: whoever knows the token of a message may answer it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._attempts = Attempts()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, unless its sender hangs up."""
        headers = dict(scope["headers"])
        try:
            body = await read_body(headers, receive)
            status, told = await self._answer(scope, headers, body)
        except Unread as why:
            status, told = why.status, f"{why.sentence}."
        except NotFound:
            status, told = self._unknown(scope)
        except Complaint as why:
            status, told = 400, " ".join(why.sentences)
        except DatabaseAway:
            status, told = 503, _AWAY
        except Gone:
            return
        body = msgspec.json.encode({"sentence": told}) if told is not None else b""
        await reply(send, status, body, kind=JSON, headers=_FOR_ALL)

    async def _answer(self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes) -> Answer:
        address = _ADDRESS.fullmatch(scope["path"])
        if scope["method"] == "OPTIONS":
            return 204, None
        if scope["method"] != "POST":
            return 405, "Use POST."
        if address is None:
            return await self._renew(body)
        token = address["token"]
        if not _is_proven(headers, token):
            return 401, _UNPROVEN
        now = self._house.clock()
        asked = await answer_pages.look(self._house, token, now)
        if asked.is_over:
            return 410, _OVER
        [deed] = [deed for deed in DEEDS if deed == address["deed"]]
        upshot = await answer_pages.give(self._house, token, deed, now)
        return 200 if upshot.ok else 409, upshot.sentence

    async def _renew(self, body: bytes) -> Answer:
        try:
            renewal = msgspec.json.decode(body, type=Renewal)
        except (msgspec.DecodeError, UnicodeError):
            return 400, "The body must be JSON with an endpoint and a subscription."
        subscription = bytes(renewal.subscription).decode()
        await devices.renew(self._house, renewal.endpoint, subscription)
        return 204, None

    def _unknown(self, scope: Scope) -> Answer:
        """Let whoever guesses wait: nobody else brings wrong tokens."""
        address = (scope.get("client") or ("", 0))[0]
        wait = self._attempts.begin("", address, self._house.clock())
        return (429, _TOO_OFTEN) if wait else (404, _UNKNOWN)


def _is_proven(headers: Mapping[bytes, bytes], token: str) -> bool:
    """Say whether this is more than a form, which any scanner of mails may send."""
    kind = headers.get(b"content-type", b"").partition(b";")[0].strip()
    bearer = headers.get(b"authorization", b"").decode("latin-1")
    return bearer == f"Bearer {token}" or kind == b"application/json"
