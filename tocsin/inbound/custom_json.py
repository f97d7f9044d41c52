"""Custom JSON: whatever a tool sends, read as people said in the integration's mapping."""

from typing import Final

from tocsin.domain.intake import vendor
from tocsin.domain.intake.event import Event
from tocsin.domain.intake.mapping import BodyMapping, Unmapped, events_of
from tocsin.inbound.reading import Request, Unreadable

VENDOR: Final = vendor.CUSTOM_JSON.id

_USUAL: Final = BodyMapping()


def hear(request: Request) -> tuple[Event, ...]:
    """Return the events of a body, read by the usual names where nothing was said."""
    try:
        return events_of(request.settings.mapping or _USUAL, request.body, request.new_key)
    except Unmapped as why:
        raise Unreadable(str(why)) from None
