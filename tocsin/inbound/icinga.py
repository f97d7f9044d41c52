"""Icinga 2: a check result with its host and service, as notification scripts send it."""

from typing import Final

from tocsin.domain.intake.event import Action, Event, Severity
from tocsin.domain.intake.event_making import make
from tocsin.inbound.gleaning import needed, part, read_object, text
from tocsin.inbound.reading import Request, Unreadable

VENDOR: Final = "PICINGA"

_OF_SERVICES: Final[dict[str, Severity | None]] = {
    "0": None,
    "1": "warning",
    "2": "critical",
    "3": "error",
}
_OF_HOSTS: Final[dict[str, Severity | None]] = {"0": None, "1": "critical", "2": "critical"}
_STATES: Final = {
    "ok": "0",
    "up": "0",
    "warning": "1",
    "critical": "2",
    "down": "2",
    "unknown": "3",
}


def hear(request: Request) -> tuple[Event, ...]:
    """Return what a check found."""
    said = read_object(request.body)
    host = needed(said, "host.name", "host.display_name")
    service = text(said, "service.name", "service.display_name")
    word = needed(said, "check_result.state", "check_result.exit_status").lower()
    state = _STATES.get(word) or word.removesuffix(".0")
    known = _OF_SERVICES if service else _OF_HOSTS
    if state not in known:
        raise Unreadable(f"'check_result.state' is not known: {word!r}")
    action: Action = "trigger" if known[state] else "resolve"
    what = f"{service} on {host}" if service else host
    output = text(said, "check_result.output")
    event = make(
        action,
        f"icinga/{host}/{service}" if service else f"icinga/{host}",
        f"{what}: {output}" if output else what,
        severity=known[state],
        source=host,
        component=service,
        client="Icinga",
        custom_details=part(said, "check_result"),
    )
    return (event,)
