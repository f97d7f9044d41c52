"""Azure Monitor: the common alert schema."""

from typing import Any, Final

from tocsin.domain.intake.event import Action, Event, Severity
from tocsin.domain.intake.event_making import make
from tocsin.inbound.gleaning import find, needed, part, read_object, text
from tocsin.inbound.reading import Request, Unreadable

VENDOR: Final = "PAZUREM"

_ACTIONS: Final[dict[str, Action]] = {"fired": "trigger", "resolved": "resolve"}
_SEVERITIES: Final[dict[str, Severity]] = {
    "sev0": "critical",
    "sev1": "error",
    "sev2": "warning",
    "sev3": "info",
    "sev4": "info",
}


def hear(request: Request) -> tuple[Event, ...]:
    """Return what became of an alert."""
    said = read_object(request.body)
    alert = part(said, "data.essentials")
    word = needed(said, "data.essentials.monitorCondition").lower()
    action = _ACTIONS.get(word)
    if action is None:
        raise Unreadable(f"'data.essentials.monitorCondition' is not known: {word!r}")
    severity = _SEVERITIES.get(text(alert, "severity").lower(), "error")
    rule, told = text(alert, "alertRule"), text(alert, "description")
    target = _target(alert)
    event = make(
        action,
        needed(said, "data.essentials.alertId"),
        ": ".join(dict.fromkeys(filter(None, (rule, told)))) or "Alert of Azure Monitor",
        severity=severity if action == "trigger" else None,
        source=target.rpartition("/")[2] or "Azure Monitor",
        component=target,
        group=text(alert, "monitoringService"),
        event_class=text(alert, "signalType"),
        timestamp=text(alert, "firedDateTime"),
        client="Azure Monitor",
        custom_details=part(said, "data"),
    )
    return (event,)


def _target(alert: dict[str, Any]) -> str:
    for path in ("alertTargetIDs", "configurationItems"):
        found = find(alert, path)
        if isinstance(found, list) and found and isinstance(found[0], str):
            return found[0]
    return ""
