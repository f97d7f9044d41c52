"""Where events come in: Events API v2, change events, v1, and one address per integration."""

import secrets
from functools import partial
from time import perf_counter
from typing import Final, Protocol

import msgspec
import structlog
from starlette.types import Receive, Scope, Send

from tocsin.api import event_answers as answers
from tocsin.api.body import PATIENCE, Gone, Unread, read_body
from tocsin.api.event_answers import CHANGE, V1, V2, Answer, Dialect
from tocsin.api.metrics import EventMetrics
from tocsin.inbound import Adapter, adapter_of, events_v1, events_v2
from tocsin.inbound.reading import KEY_LENGTH, Heard, NewKey, Unreadable
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.parcels import Full, Parcel, Stray, Take, Verdict

V2_PATH: Final = "/v2/enqueue"
CHANGE_PATH: Final = "/v2/change/enqueue"
V1_PATH: Final = "/generic/2010-04-15/create_event.json"
INTEGRATION: Final = "/integration/"

_HIDDEN: Final = f"{INTEGRATION}…/enqueue"  # the key in an address is a secret
_HINT: Final = 4  # characters of a key that may be shown
_KEY_HEADER: Final = b"x-routing-key"

_log = structlog.get_logger("tocsin.events")


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
    """

    def __init__(
        self,
        take: Take,
        metrics: EventMetrics,
        *,
        new_key: NewKey = lambda: secrets.token_hex(KEY_LENGTH // 2),
        patience: float = PATIENCE,
    ) -> None:
        self._take = take
        self._metrics = metrics
        self._patience = patience
        v2 = Door(V2, partial(events_v2.hear, new_key=new_key))
        v1 = Door(V1, partial(events_v1.hear, new_key=new_key))
        change = Door(CHANGE, events_v2.hear_change)
        self._doors = {V2_PATH: v2, CHANGE_PATH: change, V1_PATH: v1}
        self._doors_by_adapter: dict[Adapter, Door] = {events_v2: v2, events_v1: v1}

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
                door = self._doors_by_adapter[adapter_of(body)]
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

    async def _deliver(self, door: Door, arrival: Arrival) -> Answer:
        try:
            heard = door.hear(arrival.body, key=arrival.address_key or arrival.header_key)
        except Unreadable as why:
            await self._keep(arrival, why)
            return answers.unreadable(door.dialect, why)
        parcel = Parcel(
            key=heard.key,
            what=heard.what,
            path=arrival.path,
            sender=arrival.sender,
            body=arrival.body,
        )
        began = perf_counter()
        verdict = await self._take(parcel)
        self._metrics.commit_took(perf_counter() - began)
        if verdict is Verdict.ACCEPTED:
            return answers.accepted(door.dialect, heard.what)
        if verdict is Verdict.UNKNOWN_KEY:
            _log.warning("event.unknown_key", key_hint=heard.key[:_HINT], **_origin(arrival))
            return answers.unknown_key(door.dialect)
        return answers.UNSTORABLE

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


def _key_in(path: str) -> str | None:
    """Return the key of an integration's own address; what no key can be is no address either."""
    if not path.startswith(INTEGRATION):
        return None
    key, _, rest = path.removeprefix(INTEGRATION).partition("/")
    return key if rest == "enqueue" and key.isascii() and key.isprintable() else None


def _origin(arrival: Arrival) -> dict[str, str]:
    return {"path": arrival.path, "sender": arrival.sender}
