"""Alarms: what administrators must know."""

from typing import Final

from starlette.responses import Response

from tocsin.usecases import alarms
from tocsin.web.lists import address_of_part, cut, page_asked, part_of
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit


async def list_alarms(visit: Visit) -> Response:
    """Show alarms, the newest first."""
    page = page_asked(visit)
    part = part_of(page)
    found, names, _ = await alarms.find(visit.house, part)
    shown, has_more = cut(found)
    return show(
        visit,
        "alarms.html",
        alarms=shown,
        names=names,
        page=page,
        has_more=has_more,
        address=lambda number: address_of_part("/alarms", number),
        days=visit.house.account.keep_alarms,
    )


PAGES: Final = (Page("GET", "/alarms", list_alarms, "manage"),)
