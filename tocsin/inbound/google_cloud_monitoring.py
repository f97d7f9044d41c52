"""Google Cloud Monitoring: the webhook of its incidents."""

from typing import Final

from tocsin.domain.intake.event import Action, Event
from tocsin.domain.intake.event_making import links, make
from tocsin.domain.intake.severity_words import severity_of
from tocsin.inbound.gleaning import needed, part, parts, read_object, text
from tocsin.inbound.reading import Request, Unreadable

VENDOR: Final = "PGOOGLE"

_ACTIONS: Final[dict[str, Action]] = {"open": "trigger", "closed": "resolve"}


def hear(request: Request) -> tuple[Event, ...]:
    """Return what became of an incident. The test button sends one, too, that is never closed."""
    said = read_object(request.body)
    incident = part(said, "incident")
    state = needed(said, "incident.state").lower()
    action = _ACTIONS.get(state)
    if action is None:
        raise Unreadable(f"'incident.state' is not known: {state!r}")
    severity = severity_of(text(incident, "severity"), "error")
    policy = text(incident, "policy_name")
    event = make(
        action,
        needed(said, "incident.incident_id"),
        text(incident, "summary", "documentation.subject", "policy_name") or "Incident",
        severity=severity if action == "trigger" else None,
        source=text(incident, "resource_display_name", "resource_name", "resource_id")
        or "Google Cloud Monitoring",
        component=text(incident, "resource_type_display_name", "resource.type"),
        group=text(incident, "scoping_project_id"),
        event_class=text(incident, "metric.displayName", "metric.type", "condition_name"),
        client="Google Cloud Monitoring",
        client_url=text(incident, "url"),
        links=links(
            (text(incident, "url"), policy or "Incident"),
            *(
                (text(one, "url"), text(one, "displayName"))
                for one in parts(incident, "documentation.links")
            ),
        ),
        custom_details=incident,
    )
    return (event,)
