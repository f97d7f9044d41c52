"""Uptime Kuma: its generic webhook; each monitor is an alert."""

from typing import Final

from tocsin.domain.intake.event import Action, Event
from tocsin.domain.intake.event_making import links, make
from tocsin.inbound.gleaning import needed, part, read_object, text
from tocsin.inbound.reading import Request

VENDOR: Final = "PUPTIME"

_DOWN: Final = "0"
_UP: Final = "1"


def hear(request: Request) -> tuple[Event, ...]:
    """Return what became of a monitor; pending and maintenance are no news."""
    said = read_object(request.body)
    heartbeat, monitor = part(said, "heartbeat"), part(said, "monitor")
    if not heartbeat and not monitor:
        return (_trial(needed(said, "msg")),)
    status = text(heartbeat, "status")
    if status not in (_DOWN, _UP):
        return ()
    action: Action = "trigger" if status == _DOWN else "resolve"
    url = text(monitor, "url")
    name = text(monitor, "name") or "Monitor"
    event = make(
        action,
        f"Uptime Kuma/{needed(said, 'monitor.id', 'heartbeat.monitorID')}",
        text(said, "msg") or name,
        severity="critical" if action == "trigger" else None,
        source=text(monitor, "hostname") or (url if len(url) > len("https://") else "") or name,
        component=name,
        event_class=text(monitor, "type"),
        timestamp=text(heartbeat, "time"),
        client="Uptime Kuma",
        links=links((url, name)),
        custom_details={"heartbeat": heartbeat},
    )
    return (event,)


def _trial(told: str) -> Event:
    """Return what the test button begins: it comes without a monitor."""
    return make("trigger", "test-uptime-kuma", told, severity="info", source="Uptime Kuma")
