"""CoScale: webhooks in the format that the guide recommends, or in the one for Moogsoft."""

from typing import Final

from tocsin.domain.intake.event import Action, Event
from tocsin.domain.intake.event_making import links, make
from tocsin.inbound.gleaning import needed, read_object, text
from tocsin.inbound.reading import Request, Unreadable

VENDOR: Final = "PCOSCAL"

_ACTIONS: Final[dict[str, Action]] = {
    "triggered": "trigger",
    "acknowledged": "acknowledge",
    "resolved": "resolve",
}


def hear(request: Request) -> tuple[Event, ...]:
    """Return what happened to an alert."""
    said = read_object(request.body)
    word = needed(said, "action", "class").lower()
    action = _ACTIONS.get(word)
    if action is None:
        raise Unreadable(f"'action' is not known: {word!r}")
    metric, subject = text(said, "metric", "type"), text(said, "subject", "source")
    what = " ".join(filter(None, (metric, subject, text(said, "dimensions"))))
    event = make(
        action,
        needed(said, "alert_id", "external_id"),
        text(said, "message", "description") or what or "Alert of CoScale",
        severity="error" if action == "trigger" else None,  # CoScale tells none
        source=text(said, "host") or subject or "CoScale",
        component=subject,
        group=text(said, "application"),
        event_class=metric,
        client="CoScale",
        client_url=text(said, "link"),
        links=links((text(said, "link"), "Alert in CoScale")),
        custom_details=said,
    )
    return (event,)
