"""Where events come in: Events API v2, change events, v1, and one address per integration."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from time import perf_counter
from typing import Final, Protocol

import msgspec
import structlog
from starlette.types import Receive, Scope, Send

from tocsin.api import event_answers as answers
from tocsin.api.body import PATIENCE, Gone, Unread, read_body
from tocsin.api.event_answers import CHANGE, OWN, V1, V2, Answer, Dialect
from tocsin.api.metrics import EventMetrics
from tocsin.domain.intake.integration_settings import IntegrationSettings
from tocsin.inbound import ADAPTER_OF_VENDOR, Adapter, dialect_of, events_v1, events_v2
from tocsin.inbound.reading import KEY_LENGTH, Heard, NewKey, Request, Unreadable, What, demand
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.intake.integration_settings import Ear
from tocsin.usecases.intake.parcels import Full, Parcel, Stray, Take, Verdict

V2_PATH: Final = "/v2/enqueue"
CHANGE_PATH: Final = "/v2/change/enqueue"
V1_PATH: Final = "/generic/2010-04-15/create_event.json"
INTEGRATION: Final = "/integration/"

NOBODY_THERE: Final = "No integration has the key in this address"

_HIDDEN: Final = f"{INTEGRATION}…/enqueue"  # the key in an address is a secret
_HINT: Final = 4  # characters of a key that may be shown
_KEY_HEADER: Final = b"x-routing-key"

_log = structlog.get_logger("tocsin.events")

Listen = Callable[[str, bytes], Awaitable[Ear | None]]


async def nobody(_key: str, _body: bytes) -> Ear | None:
    """Say that behind every address there may be something, and no tool that is known."""
    return Ear(vendor=None, settings=IntegrationSettings())


class Hear(Protocol):
    """What makes an event of a body."""

    def __call__(self, body: bytes, /, *, key: str | None) -> Heard:
        """Return the event and its key; ``key`` counts where the body names none."""
        ...


class Door(msgspec.Struct, frozen=True):
    """Who listens behind an address, and in which dialect the answer is given."""

    dialect: Dialect
    hear: Hear


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was read, and the keys that it brought beside its body."""

    path: str
    sender: str
    body: bytes
    address_key: str | None
    header_key: str


class EventsApp:
    """A bare ASGI application: these few lines run more often than all others.

    ``take`` stores what arrived and returns after the commit; no event is answered before.
    ``listen`` says which tool an integration's own address is for.
    """

    def __init__(
        self,
        take: Take,
        metrics: EventMetrics,
        *,
        listen: Listen = nobody,
        new_key: NewKey = lambda: secrets.token_hex(KEY_LENGTH // 2),
        patience: float = PATIENCE,
    ) -> None:
        self._take = take
        self._metrics = metrics
        self._listen = listen
        self._new_key = new_key
        self._patience = patience
        v2 = Door(V2, partial(events_v2.hear, new_key=new_key))
        v1 = Door(V1, partial(events_v1.hear, new_key=new_key))
        change = Door(CHANGE, events_v2.hear_change)
        self._doors = {V2_PATH: v2, CHANGE_PATH: change, V1_PATH: v1}
        self._doors_by_dialect: dict[object, Door] = {events_v2: v2, events_v1: v1}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, unless its sender hangs up."""
        path = scope["path"].rstrip("/")
        address_key = _key_in(path)
        door = self._doors.get(V2_PATH if address_key else path)
        if door is None:
            answer = answers.NO_SUCH_PATH
        elif scope["method"] != "POST":
            answer = answers.NOT_POST
        else:
            try:
                answer = await self._answer(door, address_key, scope, receive)
            except Gone:
                return
        await answers.respond(send, answer)

    async def _answer(
        self, door: Door, address_key: str | None, scope: Scope, receive: Receive
    ) -> Answer:
        headers = dict(scope["headers"])
        try:
            body = await read_body(headers, receive, patience=self._patience)
            if address_key:
                door = await self._own_door(address_key, headers, body)
            arrival = Arrival(
                path=_HIDDEN if address_key else scope["path"],
                sender=(scope.get("client") or ("",))[0],
                body=body,
                address_key=address_key,
                header_key=headers.get(_KEY_HEADER, b"").decode("latin-1"),
            )
            answer = await self._deliver(door, arrival)
        except Unread as why:
            answer = answers.unread(why)
        except Full as full:
            answer = answers.throttled(door.dialect, full.retry_after)
        except DatabaseAway:
            answer = answers.AWAY
        self._metrics.count(door.dialect.name, answer.outcome)
        return answer

    async def _own_door(self, key: str, headers: Mapping[bytes, bytes], body: bytes) -> Door:
        """Find who listens at an integration's own address: a dialect, or its tool's adapter."""
        ear = await self._listen(key, body)
        dialect = dialect_of(body)
        door = self._doors_by_dialect[dialect or events_v2]
        if ear is None:
            return Door(door.dialect, partial(_suspect, door.hear))
        if ear.vendor is None:
            return door
        request = Request(
            body=body,
            new_key=self._new_key,
            headers={n.decode("latin-1"): v.decode("latin-1") for n, v in headers.items()},
            settings=ear.settings,
        )
        adapter = ADAPTER_OF_VENDOR.get(ear.vendor.id)
        if adapter and dialect is None:
            door = Door(OWN, partial(_adapt, adapter, request))
        return Door(door.dialect, partial(_prove, ear, request, door.hear))

    async def _deliver(self, door: Door, arrival: Arrival) -> Answer:
        try:
            heard = door.hear(arrival.body, key=arrival.address_key or arrival.header_key)
        except Unreadable as why:
            await self._keep(arrival, why)
            return answers.unreadable(door.dialect, why)
        parcels = [_parcel(heard.key, what, arrival) for what in heard.whats]
        began = perf_counter()
        if len(parcels) == 1:  # nearly always
            verdict = await self._take(parcels[0])
        else:
            verdict = await self._take_all(parcels)
        self._metrics.commit_took(perf_counter() - began)
        if verdict is Verdict.ACCEPTED:
            return answers.accepted(door.dialect, heard.whats)
        if verdict is Verdict.UNKNOWN_KEY:
            _log.warning("event.unknown_key", key_hint=heard.key[:_HINT], **_origin(arrival))
            return answers.unknown_key(door.dialect)
        return answers.UNSTORABLE

    async def _take_all(self, parcels: Iterable[Parcel]) -> Verdict:
        """Store all events of a request, in their order; return the first verdict that is bad."""
        verdicts = await asyncio.gather(*map(self._take, parcels))
        return next((v for v in verdicts if v is not Verdict.ACCEPTED), Verdict.ACCEPTED)

    async def _keep(self, arrival: Arrival, why: Unreadable) -> None:
        """Tell of the refusal; what came to an integration's own address goes to quarantine."""
        _log.warning("event.unreadable", errors=why.errors, **_origin(arrival))
        key = arrival.address_key
        if key and len(key) == KEY_LENGTH:
            stray = Stray(
                key=key,
                reason=". ".join(why.errors),
                path=arrival.path,
                sender=arrival.sender,
                body=arrival.body,
            )
            await self._take(stray)


def _parcel(key: str, what: What, arrival: Arrival) -> Parcel:
    return Parcel(key=key, what=what, path=arrival.path, sender=arrival.sender, body=arrival.body)


def _adapt(adapter: Adapter, request: Request, _body: bytes, *, key: str | None) -> Heard:
    return Heard(key or "", tuple(adapter.hear(request)))


def _suspect(hear: Hear, body: bytes, *, key: str | None) -> Heard:
    """Hear a body behind whose address nobody is: whatever is wrong with it, that is the reason."""
    try:
        return hear(body, key=key)
    except Unreadable:
        raise Unreadable(NOBODY_THERE) from None


def _prove(ear: Ear, request: Request, hear: Hear, body: bytes, *, key: str | None) -> Heard:
    """Hear a body once it is known that it comes from who knows the integration's secret."""
    demand(ear.vendor.signature if ear.vendor else None, request)
    return hear(body, key=key)


def _key_in(path: str) -> str | None:
    """Return the key of an integration's own address; what no key can be is no address either."""
    if not path.startswith(INTEGRATION):
        return None
    key, _, rest = path.removeprefix(INTEGRATION).partition("/")
    return key if rest == "enqueue" and key.isascii() and key.isprintable() else None


def _origin(arrival: Arrival) -> dict[str, str]:
    return {"path": arrival.path, "sender": arrival.sender}
