"""Change events: what was deployed, or changed otherwise, and when."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from starlette.responses import Response

from tocsin.usecases.errors import NotFound
from tocsin.usecases.intake import change_events
from tocsin.usecases.intake.change_events import Filter
from tocsin.usecases.response import choices
from tocsin.web.lists import address_of_part, cut, page_asked, part_of
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

SPANS: Final[Mapping[str, tuple[str, timedelta]]] = {
    "1d": ("Last 24 hours", timedelta(days=1)),
    "7d": ("Last 7 days", timedelta(days=7)),
    "30d": ("Last 30 days", timedelta(days=30)),
}


async def list_change_events(visit: Visit) -> Response:
    """Show changes, the newest first: all, or those of a service or of a time."""
    page, service, span = page_asked(visit), visit.query.get("service", ""), _span(visit)
    asked = Filter(service_id=service or None, since=visit.now - SPANS[span][1] if span else None)
    part = part_of(page)
    try:
        found, _ = await change_events.find(visit.house, asked, part)
    except NotFound:
        found = []
    shown, has_more = cut(found)
    return show(
        visit,
        "change_events.html",
        found=shown,
        services=await choices.services(visit.house),
        service=service,
        span=span,
        spans=[(name, text) for name, (text, _) in SPANS.items()],
        page=page,
        has_more=has_more,
        address=lambda number: address_of_part(
            "/change_events", number, service=service, span=span
        ),
    )


async def show_change_event(visit: Visit) -> Response:
    """Show one change with all that was said about it."""
    known = await change_events.get(visit.house, visit.parameter("id"))
    return show(visit, "change_event.html", known=known, change=known.change)


def _span(visit: Visit) -> str:
    asked = visit.query.get("span", "")
    return asked if asked in SPANS else ""


PAGES: Final = (
    Page("GET", "/change_events", list_change_events, "read"),
    Page("GET", "/change_events/{id}", show_change_event, "read"),
)
