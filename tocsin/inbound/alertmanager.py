"""Prometheus Alertmanager: its webhook, version 4; each alert of a group is an alert here."""

import hashlib
from typing import Any, Final

import msgspec

from tocsin.domain.intake.event import Event
from tocsin.domain.intake.event_making import links, make
from tocsin.domain.intake.severity_words import severity_of
from tocsin.inbound.gleaning import find, part, parts, read_object, text
from tocsin.inbound.reading import Request, Unreadable

VENDOR: Final = "PPROMET"
SHOWN: Final = ("status", "labels", "annotations", "startsAt", "endsAt", "values", "valueString")


def hear(request: Request) -> tuple[Event, ...]:
    """Return an event for each alert of the group."""
    said = read_object(request.body)
    return tuple(event_of(alert, said, "Alertmanager") for alert in alerts_of(said))


def alerts_of(said: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the alerts of a group. Raises Unreadable."""
    if not isinstance(find(said, "alerts"), list):
        raise Unreadable("'alerts' is missing or is no array")
    return parts(said, "alerts")


def event_of(alert: dict[str, Any], said: dict[str, Any], client: str, **more: Any) -> Event:
    """Return the event of one alert."""
    status = text(alert, "status").lower() or text(said, "status").lower()
    if status not in ("firing", "resolved"):
        raise Unreadable(f"'status' is not known: {status!r}")
    name = text(alert, "labels.alertname")
    told = text(alert, "annotations.summary", "annotations.description", "annotations.message")
    where = text(alert, "labels.instance", "labels.host", "labels.node", "labels.pod")
    severity = severity_of(text(alert, "labels.severity", "labels.priority"), "error")
    sources = (
        (text(alert, "annotations.runbook_url", "annotations.runbook"), "Runbook"),
        (text(alert, "generatorURL"), "Rule"),
        *more.pop("sources", ()),
    )
    return make(
        "trigger" if status == "firing" else "resolve",
        _key(alert),
        told or " ".join(filter(None, (name, where))) or "Alert",
        severity=severity if status == "firing" else None,
        source=where or text(said, "externalURL") or client,
        component=text(alert, "labels.job", "labels.service"),
        group=text(alert, "labels.cluster", "labels.namespace"),
        event_class=name,
        timestamp=text(alert, "startsAt"),
        client=client,
        client_url=text(said, "externalURL"),
        links=links(*sources),
        custom_details={key: alert[key] for key in SHOWN if alert.get(key)},
        **more,
    )


def _key(alert: dict[str, Any]) -> str:
    """Return the fingerprint; templates may leave it out, and labels say the same."""
    if fingerprint := text(alert, "fingerprint"):
        return fingerprint
    if labels := part(alert, "labels"):
        return hashlib.sha256(msgspec.json.encode(labels, order="sorted")).hexdigest()
    raise Unreadable("An alert has neither 'fingerprint' nor 'labels'")
