"""Calendars: the addresses at which somebody's calendar program finds shifts, and what is there."""

from typing import Final

from starlette.responses import Response

from tocsin.usecases.duty import calendars
from tocsin.usecases.duty import own_duty as duty
from tocsin.web.duty.ics import KIND, mark, write
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit


async def list_calendars(visit: Visit) -> Response:
    """Show one's own addresses."""
    addresses = await calendars.find(visit.house, visit.user.id)
    plan = await duty.read_plan(visit.house, visit.now)
    return show(
        visit,
        "calendars.html",
        own=addresses.get(None),
        others=[
            (plan.schedules[id_], address)
            for id_, address in addresses.items()
            if id_ is not None and id_ in plan.schedules
        ],
    )


async def give_address(visit: Visit) -> Response:
    """Make an address, or a new one in the place of the old."""
    schedule_id = visit.form.get("schedule_id") or None
    await calendars.give(visit.house, visit.user.id, schedule_id, visit.now)
    is_new = visit.form.get("renew") is None
    told = "Give this address to your calendar." if is_new else "The old address works no more."
    return done(visit, _page_of(visit), told)


async def revoke_address(visit: Visit) -> Response:
    """Let an address show nothing any more."""
    schedule_id = visit.form.get("schedule_id") or None
    await calendars.revoke(visit.house, visit.user.id, schedule_id)
    return done(visit, _page_of(visit), "The address shows nothing any more.")


async def send_calendar(visit: Visit) -> Response:
    """Answer a calendar program, which need not sign in: the address is the secret."""
    feed = await calendars.read(visit.house, visit.parameter("token"), visit.now)
    headers = {
        "cache-control": "private, no-cache",
        "etag": f'W/"{mark(feed)}"',  # weak: only the time of writing differs
        "x-robots-tag": "noindex",
    }
    if headers["etag"] in visit.request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    content = write(feed, visit.house.settings.public_url, visit.now)
    headers["content-disposition"] = 'inline; filename="on-call.ics"'
    return Response(content, media_type=KIND, headers=headers)


def _page_of(visit: Visit) -> str:
    """Return the page on which the form stood."""
    schedule_id = visit.form.get("schedule_id", "")
    from_schedule = visit.form.get("back") == "schedule" and schedule_id.isalnum()
    return f"/schedules/{schedule_id}#calendar" if from_schedule else "/calendars"


PAGES: Final = (
    Page("GET", "/calendars/{token}.ics", send_calendar),
    Page("GET", "/calendars", list_calendars, "read"),
    Page("POST", "/calendars", give_address, "read"),
    Page("POST", "/calendars/revoke", revoke_address, "read"),
)
