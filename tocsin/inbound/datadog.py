"""Datadog: its webhook, whose default names and usual additions are known."""

from typing import Final

from tocsin.domain.intake.event import Action, Event
from tocsin.domain.intake.event_making import links, make
from tocsin.domain.intake.severity_words import severity_of
from tocsin.inbound.gleaning import needed, read_object, text
from tocsin.inbound.reading import Request

VENDOR: Final = "PAM4FGS"

_OVER: Final = ("recovered", "recovery", "success", "resolved", "ok")
_IN_TITLE: Final = ("[recovered", "recovered:")


def hear(request: Request) -> tuple[Event, ...]:
    """Return what became of a monitor: it is over when the transition or the title says so."""
    said = read_object(request.body)
    title = needed(said, "title", "event_title", "body", "text_only_msg")
    is_over = _is_over(text(said, "alert_transition", "alert_type").lower(), title)
    action: Action = "resolve" if is_over else "trigger"
    word = text(said, "alert_type", "severity", "alert_priority", "priority")
    event = make(
        action,
        needed(said, "alert_cycle_key", "aggreg_key", "alert_id", "id"),
        title,
        severity=None if is_over else severity_of(word, "error"),
        source=text(said, "hostname", "host", "alert_scope") or "Datadog",
        component=text(said, "alert_metric"),
        group=text(said, "alert_scope", "tags"),
        event_class=text(said, "event_type"),
        client="Datadog",
        client_url=text(said, "link"),
        links=links((text(said, "link"), "Event in Datadog"), (text(said, "snapshot"), "Snapshot")),
        custom_details=said,
    )
    return (event,)


def _is_over(transition: str, title: str) -> bool:
    return transition in _OVER if transition else title.lower().startswith(_IN_TITLE)
