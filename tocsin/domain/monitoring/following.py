"""Following: what another server says of an incident, and whether that is news."""

import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import msgspec

from tocsin.domain.machines.webhook import PING, sign
from tocsin.domain.monitoring.envoy import FarIncident
from tocsin.domain.monitoring.notification_channel import RemoteStatus, Thread
from tocsin.kit.instants import read_instant

SECOND: Final = timedelta(seconds=1)
SOMEBODY: Final = "somebody"

Turn = Literal["triggered", "acknowledged", "unacknowledged", "resolved", "reopened"]
_STATUS: Final[Mapping[Turn, RemoteStatus]] = {
    "triggered": "triggered",
    "acknowledged": "acknowledged",
    "unacknowledged": "triggered",
    "resolved": "resolved",
    "reopened": "triggered",
}
EVENTS: Final = tuple(f"incident.{turn}" for turn in _STATUS)


class Unreadable(Exception):  # noqa: N818 - an answer to the sender
    """A webhook that says nothing anybody could understand."""


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What was said of an incident. ``goes_on_as``: it was merged into that one.

    ``exactly``: ``at`` is known to the fraction of a second.
    """

    turn: Turn
    incident_id: str
    key: str
    at: datetime
    by: str
    goes_on_as: str = ""
    exactly: bool = True

    @property
    def status(self) -> RemoteStatus:
        """How the incident stands since then."""
        return _STATUS[self.turn]


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook says: a word, a greeting, or nothing that concerns us."""

    id: str
    word: Word | None = None
    is_greeting: bool = False


class _Named(msgspec.Struct, frozen=True):
    summary: str | None = None
    id: str = ""


class _Reason(msgspec.Struct, frozen=True):
    incident: _Named | None = None


class _Data(msgspec.Struct, frozen=True):
    id: str = ""
    incident_key: str | None = None
    resolve_reason: _Reason | str | None = None


class _Event(msgspec.Struct, frozen=True):
    event_type: str
    occurred_at: str
    id: str = ""
    agent: _Named | None = None
    data: _Data = _Data()


class _Body(msgspec.Struct, frozen=True):
    event: _Event


def is_signed(body: bytes, header: str, secrets: Iterable[str]) -> bool:
    """Say whether one of the signatures is made with one of the secrets, in constant time."""
    given = [one.strip().encode() for one in header.split(",")]
    made = [sign(body, (secret,)).encode() for secret in secrets]
    return any(hmac.compare_digest(one, ours) for ours in made for one in given)


def read_webhook(body: bytes) -> Webhook:
    """Read what a server says. Raises Unreadable."""
    try:
        event = msgspec.json.decode(body, type=_Body).event
        at = read_instant(event.occurred_at)
    except (msgspec.MsgspecError, ValueError):
        raise Unreadable from None
    turn: Any = event.event_type.removeprefix("incident.")
    if turn not in _STATUS:
        return Webhook(id=event.id, is_greeting=event.event_type == PING)
    reason = event.data.resolve_reason
    merged = reason.incident if isinstance(reason, _Reason) else None
    word = Word(
        turn=turn,
        incident_id=event.data.id,
        key=event.data.incident_key or "",
        at=at,
        by=(event.agent and event.agent.summary) or SOMEBODY,
        goes_on_as=merged.id if merged else "",
    )
    return Webhook(id=event.id, word=word)


def word_of(incident: FarIncident, thread: Thread) -> Word:
    """Say what it means that an incident was found to stand so.

    That it is triggered is a turn back only if it became so after all that was heard of it.
    """
    turn: Turn = incident.status
    is_back = thread.remote_at is not None and incident.at >= thread.remote_at + SECOND
    if turn == "triggered" and thread.remote_status == "acknowledged" and is_back:
        turn = "unacknowledged"
    return Word(
        turn=turn,
        incident_id=incident.id,
        key=incident.key,
        at=incident.at,
        by=incident.by or SOMEBODY,
        exactly=False,
    )


def is_news(incident: FarIncident, thread: Thread) -> bool:
    """Say whether an incident that was looked up stands otherwise than was known."""
    return (incident.id, incident.status) != (thread.remote_id, thread.remote_status)


def is_old(word: Word, thread: Thread) -> bool:
    """Say whether more is known already than what was said: webhooks may overtake each other."""
    known = thread.remote_at
    if known is None:
        return False
    return word.at < (known if word.exactly else known.replace(microsecond=0))
