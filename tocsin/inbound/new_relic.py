"""New Relic: the default body of a workflow's webhook; each issue is an alert."""

from typing import Any, Final

from tocsin.domain.intake.event import Action, Event
from tocsin.domain.intake.event_making import links, make
from tocsin.domain.intake.severity_words import severity_of
from tocsin.inbound.gleaning import find, needed, read_object, text
from tocsin.inbound.reading import Request, Unreadable

VENDOR: Final = "PNEWREL"

_ACTIONS: Final[dict[str, Action]] = {
    "CREATED": "trigger",
    "ACTIVATED": "trigger",
    "ACKNOWLEDGED": "acknowledge",
    "CLOSED": "resolve",
    "RESOLVED": "resolve",
}


def hear(request: Request) -> tuple[Event, ...]:
    """Return what became of an issue."""
    said = read_object(request.body)
    state = needed(said, "state").upper()
    action = _ACTIONS.get(state)
    if action is None:
        raise Unreadable(f"'state' is not known: {state!r}")
    priority = severity_of(text(said, "priority"), "error")
    event = make(
        action,
        needed(said, "id", "issueId"),
        text(said, "title") or "Issue",
        severity=priority if action == "trigger" else None,
        source=_names(said, "impactedEntities") or "New Relic",
        component=_names(said, "alertConditionNames"),
        group=_names(said, "alertPolicyNames"),
        event_class=text(said, "workflowName"),
        client="New Relic",
        client_url=text(said, "issueUrl"),
        links=links((text(said, "issueUrl"), "Issue in New Relic")),
        custom_details=said,
    )
    return (event,)


def _names(said: dict[str, Any], path: str) -> str:
    found = find(said, path)
    names = found if isinstance(found, list) else []
    return ", ".join(name for name in names if isinstance(name, str))
