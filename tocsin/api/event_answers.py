"""What senders of events are told, word for word as they expect it."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec
from starlette.types import Send

from tocsin.api.body import Unread
from tocsin.api.metrics import Outcome
from tocsin.domain.intake.event import Event
from tocsin.inbound.reading import Unproven, Unreadable, Unrecognized, What

AWAY_FOR: Final = 5  # seconds until a sender should look for the database again

_JSON: Final = (b"content-type", b"application/json")
_CLOSE: Final = (b"connection", b"close")  # the rest of an unread body is no next request


class Answer(msgspec.Struct, frozen=True):
    """A response, ready to leave, and its name in the metrics."""

    outcome: Outcome
    status: int
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """Where the answers of the interfaces differ. ``success`` is open for what keys there are."""

    name: Literal["v2", "change", "v1", "own"]
    accepted: int = 202
    success: bytes
    throttled: int = 429
    unrecognized: str = "Unrecognized object"
    unknown_key: tuple[str, str] = (
        "Invalid routing key",
        "'routing_key' is invalid (no integration has this key)",
    )


V2: Final = Dialect(
    name="v2", success=b'{"status":"success","message":"Event processed","dedup_key":%b}'
)
CHANGE: Final = Dialect(
    name="change", success=b'{"status":"success","message":"Change event processed"}'
)
V1: Final = Dialect(
    name="v1",
    accepted=200,
    success=b'{"status":"success","message":"Event processed","incident_key":%b}',
    throttled=403,
    unrecognized="unrecognized object",
    unknown_key=("Invalid service key", "Service key is invalid (no integration has this key)"),
)
OWN: Final = Dialect(
    name="own", success=b'{"status":"success","message":"Event processed","dedup_keys":%b}'
)


def accepted(dialect: Dialect, whats: Sequence[What]) -> Answer:
    """Say that the events are safe. The request of a tool may have had many, or none."""
    keys = [what.dedup_key for what in whats if isinstance(what, Event)]
    body = dialect.success
    if dialect is OWN:
        body %= msgspec.json.encode(keys)
    elif keys:
        body %= msgspec.json.encode(keys[0])
    return Answer("accepted", dialect.accepted, body)


def unreadable(dialect: Dialect, why: Unreadable) -> Answer:
    """Say all that is wrong with the event."""
    if isinstance(why, Unproven):
        return _refuse("invalid", 401, "unauthorized", "Who sent this is not proven", why.errors)
    if isinstance(why, Unrecognized):
        message = "Event object format is unrecognized"
        return _refuse("invalid", 400, dialect.unrecognized, message, why.errors)
    return _refuse("invalid", 400, "invalid event", "Event object is invalid", why.errors)


def unknown_key(dialect: Dialect) -> Answer:
    """Say that no integration has the key."""
    message, error = dialect.unknown_key
    return _refuse("unknown_key", 400, "invalid event", message, [error])


def throttled(dialect: Dialect, seconds: int) -> Answer:
    """Say that too many events are waiting; senders know the status and try again."""
    message, error = "Too many events are waiting", f"Try again in {seconds} seconds"
    status = dialect.throttled
    again = _retry_after(seconds)
    return _refuse("throttled", status, "throttle exceeded", message, [error], again)


def unread(why: Unread) -> Answer:
    """Say why the body was not read."""
    sentence = why.sentence
    return _refuse("unread", why.status, "invalid request", sentence, [sentence], _CLOSE)


def _refuse(
    outcome: Outcome,
    status: int,
    word: str,
    message: str,
    errors: Sequence[str],
    *headers: tuple[bytes, bytes],
) -> Answer:
    body = msgspec.json.encode({"status": word, "message": message, "errors": errors})
    return Answer(outcome, status, body, headers)


def _retry_after(seconds: int) -> tuple[bytes, bytes]:
    return (b"retry-after", b"%d" % seconds)


UNSTORABLE: Final = _refuse(
    "unstorable", 400, "invalid event", "Event object is invalid", ["The event cannot be stored"]
)
AWAY: Final = _refuse(
    "database_away",
    503,
    "unavailable",
    "The event could not be stored",
    [f"The database is away; try again in {AWAY_FOR} seconds"],
    _retry_after(AWAY_FOR),
)
NOT_POST: Final = _refuse(
    "unread",
    405,
    "invalid request",
    "Events are sent with POST",
    ["Use POST"],
    (b"allow", b"POST"),
    _CLOSE,
)
NO_SUCH_PATH: Final = _refuse(
    "unread", 404, "invalid request", "No events are taken at this address", ["No such address"]
)


async def respond(send: Send, answer: Answer) -> None:
    """Send the answer."""
    length = (b"content-length", b"%d" % len(answer.body))
    headers = [_JSON, length, *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})
