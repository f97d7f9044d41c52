"""Hearing: where providers call us: with receipts and answers, and to ask what to say."""

import re
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from starlette.types import Receive, Scope, Send

from tocsin.api.body import Gone, Unread, as_text, read_body
from tocsin.api.replies import reply
from tocsin.api.strange_calls import StrangeCalls
from tocsin.domain.reaching.believing import believed
from tocsin.domain.reaching.hearing import (
    Callback,
    Finisher,
    Forged,
    Heard,
    Hearer,
    Preparer,
    Reply,
    Unheard,
)
from tocsin.domain.reaching.operator import Operator
from tocsin.domain.reaching.provider import Provider
from tocsin.usecases.errors import DatabaseAway, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.intake.quarantine import StrangeCall
from tocsin.usecases.reaching import call_routing, hearing, providers

PREFIX: Final = hearing.PREFIX

_ADDRESS: Final = re.compile(rf"{PREFIX}(?P<id>[A-Z0-9]{{1,14}})(?:/(?P<tail>.*))?")
_UNKNOWN: Final = "No provider calls at this address."
_SWITCHED_OFF: Final = "This provider is switched off; only receipts are taken."
_WRONG_METHOD: Final = "Use GET or POST."
_AWAY: Final = "The database is away; call again in 5 seconds."

HearerOf = Callable[[Provider], object | None]
Count = Callable[[str, str], None]

log = structlog.get_logger(__name__)


class HearingApp:
    """A bare ASGI application: each provider's channel says whom it believes, and what it hears.

    ``hearer_of`` returns the channel of a provider, ``count`` counts what it told.
    """

    def __init__(self, house: House, hearer_of: HearerOf, count: Count) -> None:
        self._house = house
        self._hearer_of = hearer_of
        self._count = count
        self._strange = StrangeCalls(house)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, unless its sender hangs up."""
        headers = dict(scope["headers"])
        try:
            body = await read_body(headers, receive)
            await self._answer(scope, headers, body, send)
        except Unread as why:
            await _respond(send, _saying(why.status, f"{why.sentence}."))
        except DatabaseAway:
            await _respond(send, _saying(503, _AWAY))
        except Gone:
            return

    async def _answer(
        self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes, send: Send
    ) -> None:
        address = _ADDRESS.fullmatch(scope["path"])
        found = await self._find(address["id"]) if address else None
        if address is None or found is None:
            self._count("none", "unknown")
            await _respond(send, _saying(404, _UNKNOWN))
        elif scope["method"] not in {"GET", "POST"}:
            await _respond(send, _saying(405, _WRONG_METHOD))
        else:
            callback = Callback(
                method=scope["method"],
                url=f"{self._house.settings.public_url}{_as_called(scope)}",
                tail=address["tail"] or "",
                headers=as_text(headers),
                body=body,
            )
            await self._hear(*found, callback, (scope.get("client") or ("",))[0], send)

    async def _find(self, provider_id: str) -> tuple[Provider, Hearer] | None:
        try:
            provider = (await providers.get(self._house, provider_id)).provider
        except NotFound:
            return None
        channel = self._hearer_of(provider)
        return (provider, channel) if isinstance(channel, Hearer) else None

    async def _hear(
        self, provider: Provider, hearer: Hearer, callback: Callback, sender: str, send: Send
    ) -> None:
        """Ask the channel whether it is genuine, do what it tells, and answer in its words."""
        now = self._house.clock()
        if isinstance(hearer, Preparer):
            await hearer.prepare(callback, now)
        try:
            heard = hearer.hear(callback, now)
        except Forged as why:
            self._note(provider, "forged", why)
            await self._keep(provider, callback, sender, why)
            await _respond(send, _saying(401, str(why)))
        except Unheard as why:
            self._note(provider, "unheard", why)
            await self._keep(provider, callback, sender, why)
            await _respond(send, _saying(400, str(why)))
        else:
            kept = believed(provider, heard)
            if kept != heard:
                await hearing.take(self._house, provider, kept, now)
                self._note(provider, "disabled", _SWITCHED_OFF)
                await _respond(send, _saying(410, _SWITCHED_OFF))
            else:
                await self._do(provider, hearer, callback, heard, send)

    async def _do(
        self, provider: Provider, hearer: Hearer, callback: Callback, heard: Heard, send: Send
    ) -> None:
        """Do what was told, and answer."""
        now = self._house.clock()
        if heard.line is not None and isinstance(hearer, Operator):
            direction = await call_routing.follow(self._house, provider, heard.line, now)
            await _respond(send, hearer.direct(direction))
            return
        upshots, message = await hearing.take(self._house, provider, heard, now)
        for _ in (upshot for upshot in upshots if not upshot.ok):
            self._count(provider.type, "refused")
        self._count(provider.type, "heard")
        await _respond(send, hearer.reply(callback, heard, upshots, message))
        if isinstance(hearer, Finisher):
            await hearer.finish(callback, heard, upshots)

    async def _keep(
        self, provider: Provider, callback: Callback, sender: str, why: Exception
    ) -> None:
        """Keep it for people to look at."""
        call = StrangeCall(
            path=f"{PREFIX}{provider.id}",
            sender=sender,
            headers=callback.headers,
            body=callback.body,
            why=str(why),
            secrets=hearing.secrets_of(self._house, provider),
        )
        await self._strange.keep(call)

    def _note(self, provider: Provider, outcome: str, why: Exception | str) -> None:
        """Count and log what is not believed or not understood, without what it said."""
        self._count(provider.type, outcome)
        log.warning("callback.refused", provider=provider.id, outcome=outcome, why=str(why))


def _as_called(scope: Scope) -> str:
    """Return the path and the query exactly as they were sent: signatures are made of them."""
    path: bytes = scope.get("raw_path") or scope["path"].encode()
    query: bytes = scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def _saying(status: int, sentence: str) -> Reply:
    return Reply(status=status, body=sentence.encode())


async def _respond(send: Send, said: Reply) -> None:
    await reply(send, said.status, said.body, kind=said.content_type)
