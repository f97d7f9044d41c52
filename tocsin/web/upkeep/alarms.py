"""Alarms: what administrators must know."""

from typing import Final

from starlette.responses import Response

from tocsin.usecases import alarms
from tocsin.usecases.parts import Part
from tocsin.web.lists import PER_PAGE, address_of_part, page_asked
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit


async def list_alarms(visit: Visit) -> Response:
    """Show alarms, the newest first."""
    page = page_asked(visit)
    part = Part(limit=PER_PAGE + 1, offset=(page - 1) * PER_PAGE)
    found, names, _ = await alarms.find(visit.house, part)
    return show(
        visit,
        "alarms.html",
        alarms=found[:PER_PAGE],
        names=names,
        page=page,
        has_more=len(found) > PER_PAGE,
        address=lambda number: address_of_part("/alarms", number),
        days=visit.house.account.keep_alarms,
    )


PAGES: Final = (Page("GET", "/alarms", list_alarms, "manage"),)
