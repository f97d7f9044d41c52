"""Grafana Alerting: Alertmanager's webhook, with more to look at."""

from typing import Final

from tocsin.domain.intake import vendor
from tocsin.domain.intake.event import Event, Image
from tocsin.inbound.alertmanager import alerts_of, event_of
from tocsin.inbound.gleaning import read_object, text
from tocsin.inbound.reading import Request

VENDOR: Final = vendor.GRAFANA.id

_SHOWN: Final = (("dashboardURL", "Dashboard"), ("panelURL", "Panel"), ("silenceURL", "Silence it"))


def hear(request: Request) -> tuple[Event, ...]:
    """Return an event for each alert of the group."""
    said = read_object(request.body)
    return tuple(
        event_of(
            alert,
            said,
            "Grafana",
            sources=[(text(alert, name), told) for name, told in _SHOWN],
            images=tuple(Image(src) for src in (text(alert, "imageURL"),) if src),
        )
        for alert in alerts_of(said)
    )
