"""Opsgenie: the body with which tools create an alert there, and of closing one by its alias."""

from typing import Any, Final

from tocsin.domain.intake.event import Action, Event, Severity
from tocsin.domain.intake.event_making import make
from tocsin.inbound.gleaning import find, needed, part, read_object, text
from tocsin.inbound.reading import Request, Unreadable

VENDOR: Final = "POPSGEN"

_ACTIONS: Final[dict[str, Action]] = {
    "": "trigger",
    "create": "trigger",
    "acknowledge": "acknowledge",
    "close": "resolve",
}
_SEVERITIES: Final[dict[str, Severity]] = {
    "P1": "critical",
    "P2": "error",
    "P3": "warning",
    "P4": "info",
    "P5": "info",
}
_USUAL: Final = "warning"  # as of P3, which Opsgenie gives


def hear(request: Request) -> tuple[Event, ...]:
    """Return what an alert begins or ends. ``action`` may say which, as in Opsgenie's webhooks."""
    said = read_object(request.body)
    alert = part(said, "alert") or said
    word = text(said, "action").lower()
    action = _ACTIONS.get(word)
    if action is None:
        raise Unreadable(f"'action' is not known: {word!r}")
    begins = action == "trigger"
    alias = text(alert, "alias", "alertId", "id")
    event = make(
        action,
        (alias or request.new_key()) if begins else needed(alert, "alias", "alertId", "id"),
        needed(alert, "message") if begins else text(alert, "message"),
        severity=_SEVERITIES.get(text(alert, "priority").upper(), _USUAL) if begins else None,
        source=text(alert, "source", "entity") or "Opsgenie",
        component=text(alert, "entity"),
        client=text(alert, "source"),
        custom_details=_details(alert),
    )
    return (event,)


def _details(alert: dict[str, Any]) -> dict[str, Any]:
    names = ("description", "details", "tags", "responders", "note", "user")
    return {name: value for name in names if (value := find(alert, name))}
