"""Search: one field for everything that has a name or a number."""

from typing import Final

from starlette.responses import Response

from tocsin.usecases.search import MOST, search_for
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit, go_to

# What is found, in this order: its kind, its heading, and where its pages are.
KINDS: Final = (
    ("service", "Services", "/service-directory"),
    ("user", "People", "/users"),
    ("team", "Teams", "/teams"),
    ("escalation_policy", "Escalation policies", "/escalation_policies"),
    ("schedule", "Schedules", "/schedules"),
    ("monitor", "Monitors", "/monitors"),
    ("environment", "Environments", "/environments"),
)


async def show_found(visit: Visit) -> Response:
    """Show a few of each kind; a number with its sign leads straight to its incident."""
    asked = visit.query.get("q", "").strip()
    found = await search_for(visit.house, asked)
    if asked.startswith("#") and [f"#{one.number}" for one in found.incidents] == [asked]:
        return go_to(f"/incidents/{found.incidents[0].id}")
    return show(visit, "search.html", asked=asked, found=found, kinds=KINDS, most=MOST)


PAGES: Final = (Page("GET", "/search", show_found, "read"),)
