"""Events API v2: alert events, and change events in the same dress."""

from typing import Any, Final, Literal, cast

import msgspec

from tocsin.domain.intake.event import ChangeEvent, Event, Severity
from tocsin.domain.intake.event_making import MAX_DEDUP_KEY, MAX_SUMMARY
from tocsin.inbound import reading
from tocsin.inbound.reading import Heard, NewKey, Unreadable

SEVERITIES: Final = ("critical", "warning", "error", "info")

_ACTIONS: Final = ("trigger", "acknowledge", "resolve")
_MISSING: Final = "'{}' is missing or blank"
_NO_KEY: Final = _MISSING.format("routing_key")
_NO_ACTION: Final = _MISSING.format("event_action")
_NO_DEDUP_KEY: Final = _MISSING.format("dedup_key")
_NO_SUMMARY: Final = _MISSING.format("payload.summary")
_NO_SOURCE: Final = _MISSING.format("payload.source")
_NO_SEVERITY: Final = _MISSING.format("payload.severity")
_BAD_ACTION: Final = (
    "'event_action' is invalid"
    " (must be one of the following: 'trigger', 'acknowledge' or 'resolve')"
)
_BAD_SEVERITY: Final = (
    "'payload.severity' is invalid"
    " (must be one of the following: 'critical', 'warning', 'error' or 'info')"
)
_BAD_PAYLOAD: Final = "'payload' is invalid (must be an object)"
_LONG_DEDUP_KEY: Final = f"'dedup_key' is too long (maximum is {MAX_DEDUP_KEY} characters)"
# Senders look for these words, so they are spelled as senders know them.
_LONG_SUMMARY: Final = f"'summary' is too long (maiximum is {MAX_SUMMARY} characters)"


class _Said(msgspec.Struct):
    routing_key: Any = None
    event_action: Any = None
    dedup_key: Any = None
    payload: Any = None
    client: Any = None
    client_url: Any = None
    links: Any = None
    images: Any = None


_DECODER: Final = msgspec.json.Decoder(_Said)


def speaks(body: bytes) -> bool:
    """Say whether ``body`` is in this dialect: tools have fields of the same name."""
    said = reading.read(body, _DECODER)
    return said.event_action in _ACTIONS or bool(said.event_action and said.routing_key)


def hear(body: bytes, *, new_key: NewKey, key: str | None = None) -> Heard:
    """Return the event; ``key`` counts where the body names none, ``new_key`` names a trigger."""
    said = reading.read(body, _DECODER)
    faults: list[str] = []
    routing_key = reading.routing_key(said.routing_key or key, "routing_key", _NO_KEY, faults)
    event = _event(said, new_key, faults)
    if faults:
        raise Unreadable(*faults)
    return Heard(routing_key, (event,))


def hear_change(body: bytes, *, key: str | None = None) -> Heard:
    """Return the change event; ``key`` counts where the body names none."""
    said = reading.read(body, _DECODER)
    faults: list[str] = []
    routing_key = reading.routing_key(said.routing_key or key, "routing_key", _NO_KEY, faults)
    payload = _payload(said, faults)
    change = ChangeEvent(
        summary=_summary(payload, faults),
        source=reading.text(payload.get("source"), "payload.source", faults),
        timestamp=reading.text(payload.get("timestamp"), "payload.timestamp", faults),
        links=reading.links(reading.objects(said.links, "links", faults), faults),
        images=reading.images(reading.objects(said.images, "images", faults), faults),
        custom_details=payload.get("custom_details"),
    )
    if faults:
        raise Unreadable(*faults)
    return Heard(routing_key, (change,))


def _event(said: _Said, new_key: NewKey, faults: list[str]) -> Event:
    match said.event_action:
        case "trigger":
            return _trigger(said, new_key, faults)
        case "acknowledge" | "resolve" as action:
            return _follow_up(action, said, faults)
        case None | "":
            faults.append(_NO_ACTION)
        case _:
            faults.append(_BAD_ACTION)
    raise Unreadable(*faults)


def _trigger(said: _Said, new_key: NewKey, faults: list[str]) -> Event:
    dedup_key = reading.text(said.dedup_key, "dedup_key", faults) or ""
    payload = _payload(said, faults)
    get = payload.get
    return Event(
        action="trigger",
        dedup_key=_bounded(dedup_key, faults) if dedup_key.strip() else new_key(),
        summary=_summary(payload, faults),
        severity=_severity(get("severity"), faults),
        source=reading.required(get("source"), "payload.source", _NO_SOURCE, faults),
        component=reading.text(get("component"), "payload.component", faults),
        group=reading.text(get("group"), "payload.group", faults),
        event_class=reading.text(get("class"), "payload.class", faults),
        timestamp=reading.text(get("timestamp"), "payload.timestamp", faults),
        client=reading.text(said.client, "client", faults),
        client_url=reading.text(said.client_url, "client_url", faults),
        links=reading.links(reading.objects(said.links, "links", faults), faults),
        images=reading.images(reading.objects(said.images, "images", faults), faults),
        custom_details=get("custom_details"),
    )


def _follow_up(action: Literal["acknowledge", "resolve"], said: _Said, faults: list[str]) -> Event:
    """Read only what may be of use later: senders fill the rest with empty or default values."""
    payload = said.payload if isinstance(said.payload, dict) else {}
    summary = reading.text(payload.get("summary"), "payload.summary", []) or ""
    dedup_key = reading.required(said.dedup_key, "dedup_key", _NO_DEDUP_KEY, faults)
    return Event(
        action=action,
        dedup_key=_bounded(dedup_key, faults),
        summary=summary[:MAX_SUMMARY],
        custom_details=payload.get("custom_details"),
    )


def _payload(said: _Said, faults: list[str]) -> dict[str, Any]:
    if isinstance(said.payload, dict):
        return said.payload
    if said.payload:
        faults.append(_BAD_PAYLOAD)
    return {}


def _summary(payload: dict[str, Any], faults: list[str]) -> str:
    summary = reading.required(payload.get("summary"), "payload.summary", _NO_SUMMARY, faults)
    return reading.at_most(MAX_SUMMARY, summary, _LONG_SUMMARY, faults)


def _severity(value: Any, faults: list[str]) -> Severity | None:
    if value in SEVERITIES:
        return cast("Severity", value)
    faults.append(_BAD_SEVERITY if value else _NO_SEVERITY)
    return None


def _bounded(dedup_key: str, faults: list[str]) -> str:
    return reading.at_most(MAX_DEDUP_KEY, dedup_key, _LONG_DEDUP_KEY, faults)
