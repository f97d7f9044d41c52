"""Events API v1, which older agents and integrations still speak."""

from typing import Any, Final, Literal

import msgspec

from tocsin.domain.intake.event import Event
from tocsin.domain.intake.event_making import MAX_DEDUP_KEY, MAX_SUMMARY
from tocsin.inbound import reading
from tocsin.inbound.reading import Heard, NewKey, Unreadable

_TYPES: Final = ("trigger", "acknowledge", "resolve")
_NO_TYPE: Final = "'event_type' is missing or blank"
_BAD_TYPE: Final = "event_type is invalid (must be one of: trigger acknowledge resolve)"
_NO_KEY: Final = "Service key can't be blank"
_NO_INCIDENT_KEY: Final = "Incident key can't be blank"
_NO_DESCRIPTION: Final = "Description can't be blank"
_LONG_INCIDENT_KEY: Final = f"Incident key is too long (maximum is {MAX_DEDUP_KEY} characters)"
_LONG_DESCRIPTION: Final = f"Description is too long (maximum is {MAX_SUMMARY} characters)"


class _Said(msgspec.Struct):
    service_key: Any = None
    event_type: Any = None
    incident_key: Any = None
    description: Any = None
    details: Any = None
    client: Any = None
    client_url: Any = None
    contexts: Any = None


_DECODER: Final = msgspec.json.Decoder(_Said)


def speaks(body: bytes) -> bool:
    """Say whether ``body`` is in this dialect: tools have fields of the same name."""
    said = reading.read(body, _DECODER)
    return said.event_type in _TYPES or bool(said.event_type and said.service_key)


def hear(body: bytes, *, new_key: NewKey, key: str | None = None) -> Heard:
    """Return the event; ``key`` counts where the body names none, ``new_key`` names a trigger."""
    said = reading.read(body, _DECODER)
    faults: list[str] = []
    service_key = reading.routing_key(said.service_key or key, "service_key", _NO_KEY, faults)
    event = _event(said, new_key, faults)
    if faults:
        raise Unreadable(*faults)
    return Heard(service_key, (event,))


def _event(said: _Said, new_key: NewKey, faults: list[str]) -> Event:
    match said.event_type:
        case "trigger":
            return _trigger(said, new_key, faults)
        case "acknowledge" | "resolve" as action:
            return _follow_up(action, said, faults)
        case None | "":
            faults.insert(0, _NO_TYPE)
        case _:
            faults.append(_BAD_TYPE)
    raise Unreadable(*faults)


def _trigger(said: _Said, new_key: NewKey, faults: list[str]) -> Event:
    incident_key = reading.text(said.incident_key, "incident_key", faults) or ""
    summary = reading.required(said.description, "description", _NO_DESCRIPTION, faults)
    contexts = reading.objects(said.contexts, "contexts", faults)
    return Event(
        action="trigger",
        dedup_key=_bounded(incident_key, faults) if incident_key.strip() else new_key(),
        summary=reading.at_most(MAX_SUMMARY, summary, _LONG_DESCRIPTION, faults),
        client=reading.text(said.client, "client", faults),
        client_url=reading.text(said.client_url, "client_url", faults),
        links=reading.links([c for c in contexts if c.get("type") != "image"], faults),
        images=reading.images([c for c in contexts if c.get("type") == "image"], faults),
        custom_details=said.details,
    )


def _follow_up(action: Literal["acknowledge", "resolve"], said: _Said, faults: list[str]) -> Event:
    """Read only what may be of use later: senders fill the rest with empty or default values."""
    summary = reading.text(said.description, "description", []) or ""
    incident_key = reading.required(said.incident_key, "incident_key", _NO_INCIDENT_KEY, faults)
    return Event(
        action=action,
        dedup_key=_bounded(incident_key, faults),
        summary=summary[:MAX_SUMMARY],
        custom_details=said.details,
    )


def _bounded(incident_key: str, faults: list[str]) -> str:
    return reading.at_most(MAX_DEDUP_KEY, incident_key, _LONG_INCIDENT_KEY, faults)
