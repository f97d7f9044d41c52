"""Events as they look on the wire, inside alerts, log entries and changes."""

from typing import Any

from msgspec import to_builtins

from tocsin.domain.intake.event import ChangeEvent, Event


def contexts_shape(event: Event) -> list[dict[str, Any]]:
    """Return the links and images of an event."""
    links = [{"type": "link", **to_builtins(link)} for link in event.links]
    return links + [{"type": "image", **to_builtins(image)} for image in event.images]


def body_shape(event: Event) -> dict[str, Any]:
    """Return the body of the alert that an event began."""
    return {
        "type": "alert_body",
        "contexts": contexts_shape(event),
        "details": {} if event.custom_details is None else event.custom_details,
        "cef_details": _cef(event),
    }


def channel_shape(event: Event) -> dict[str, Any]:
    """Return what the channel of a trigger tells of its event."""
    return {
        "summary": event.summary,
        "description": event.summary,
        "incident_key": event.dedup_key,
        "client": event.client,
        "client_url": event.client_url,
        "details": event.custom_details,
        "details_omitted": False,
        "body_omitted": False,
        "cef_details": _cef(event),
    }


def change_shape(change: ChangeEvent) -> dict[str, Any]:
    """Return what somebody said about a change."""
    return {
        "source": change.source,
        "links": to_builtins(change.links),
        "images": to_builtins(change.images),
        "custom_details": change.custom_details,
    }


def _cef(event: Event) -> dict[str, Any]:
    """Return an event in the common event format, in which clients look for its parts."""
    return {
        "client": event.client,
        "client_url": event.client_url,
        "contexts": contexts_shape(event),
        "creation_time": event.timestamp,
        "dedup_key": event.dedup_key,
        "description": event.summary,
        "details": event.custom_details,
        "event_class": event.event_class,
        "message": event.summary,
        "mutations": [],
        "priority": None,
        "reporter_component": None,
        "reporter_location": None,
        "service_group": event.group,
        "severity": event.severity,
        "source_component": event.component,
        "source_location": None,
        "source_origin": event.source,
    }
