"""Health: how the installation fares, and what somebody should see to."""

from typing import Final

from starlette.responses import Response

from tocsin.usecases import vitals
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

UNITS: Final = ("bytes", "KiB", "MiB", "GiB", "TiB")
STEP: Final = 1024


async def show_health(visit: Visit) -> Response:
    """Show the figures of this moment."""
    found = await vitals.examine(visit.house, visit.now)
    return show(
        visit,
        "health.html",
        vitals=found,
        troubles=list(vitals.troubles(found)),
        failing=vitals.FAILING,
        size=size(found.database.bytes),
    )


def size(count: float) -> str:
    """Write a number of bytes for people."""
    for unit in UNITS[:-1]:
        if count < STEP:
            return f"{count:.0f} {unit}"
        count /= STEP
    return f"{count:.0f} {UNITS[-1]}"


PAGES: Final = (Page("GET", "/settings/health", show_health, "manage"),)
