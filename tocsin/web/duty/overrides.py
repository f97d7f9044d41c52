"""Overrides: somebody covers a shift, or a part of one, in two clicks; and gives it back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from starlette.responses import Response

from tocsin.domain.duty.rendering import holder_at
from tocsin.domain.duty.schedule import Range
from tocsin.domain.people.user import User
from tocsin.kit.instants import read_instant as read_iso
from tocsin.usecases.duty import overrides, schedules
from tocsin.usecases.duty import own_duty as duty
from tocsin.usecases.duty.overrides import Wish
from tocsin.usecases.errors import Complaint, Invalid, NotFound
from tocsin.web.duty.timeline import told
from tocsin.web.instants import draft_instant, read_instant
from tocsin.web.notices import Undo, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

AHEAD: Final = timedelta(days=366)
USUAL: Final = timedelta(hours=8)  # how long an override is that begins now

_START, _END = "start", "end"


async def list_overrides(visit: Visit) -> Response:
    """Show the overrides to come, and a form that is filled in for the shift in the address."""
    return await _show(visit)


async def create_override(visit: Visit) -> Response:
    """Let somebody take the place of whoever the layers say."""
    schedule_id, form = visit.parameter("id"), visit.form
    try:
        wish = _wish(form, visit.zone)
        known = await overrides.create(visit.house, schedule_id, [wish], visit.now)
        (outcome,) = known.outcomes
        if outcome.faults:
            raise Invalid(*(f"{fault}." for fault in outcome.faults))
    except NotFound:
        raise
    except Complaint as complaint:
        return await _show(visit, draft=form, complaint=complaint)
    made = outcome.override
    name = known.users[made.user_id].name
    return done(
        visit,
        f"/schedules/{schedule_id}",
        f"{name} is on call {told(made.start, made.end, visit.zone)} ({visit.zone}).",
        undo=Undo(
            f"/schedules/{schedule_id}/overrides/delete", {"override_id": made.id, "back": "yes"}
        ),
    )


async def delete_override(visit: Visit) -> Response:
    """Take an override away, from now on if it has begun."""
    schedule_id = visit.parameter("id")
    try:
        was_running = await overrides.remove(
            visit.house, schedule_id, visit.form.get("override_id", ""), visit.now
        )
    except Invalid as complaint:
        return await _show(visit, status=409, complaint=complaint)
    said = "The override ends now." if was_running else "The override was deleted."
    page = f"/schedules/{schedule_id}" + ("" if visit.form.get("back") else "/overrides")
    return done(visit, page, said)


async def _show(
    visit: Visit,
    *,
    draft: Mapping[str, str] | None = None,
    status: int | None = None,
    complaint: Complaint | None = None,
) -> Response:
    schedule_id, asked = visit.parameter("id"), Range(visit.now, visit.now + AHEAD)
    known = await overrides.find(visit.house, schedule_id, asked)
    plan = await duty.read_plan(visit.house, visit.now)
    holder = await _holder(visit, schedule_id)
    everybody = sorted(plan.users.values(), key=lambda user: (user.name.casefold(), user.id))
    return show(
        visit,
        "overrides.html",
        status=status,
        complaint=complaint,
        draft=draft or _draft(visit, holder),
        known=known,
        schedule=known.schedule,
        everybody=[(user.id, _called(user.name, user.id == visit.user.id)) for user in everybody],
        replaced=_name(holder, visit.user.id, plan.users),
    )


async def _holder(visit: Visit, schedule_id: str) -> str | None:
    """Find out whose shift the address speaks of: nobody's is empty, and None is no shift."""
    start = _instant(visit.query.get("since", ""))
    if start is None:
        return None
    known = await schedules.get(visit.house, schedule_id, Range(start, start))
    return holder_at(known.schedule, start) or ""


def _name(holder: str | None, own_id: str, users: Mapping[str, User]) -> str:
    if holder is None:
        return "whoever the layers say"
    if holder == own_id:
        return "you"
    return users[holder].name if holder in users else "nobody"


def _draft(visit: Visit, holder: str | None) -> dict[str, str]:
    """Fill the form in: for the shift that the address names, or from now on; for oneself.

    Whose own shift it is looks for somebody else.
    """
    start = max(_instant(visit.query.get("since", "")) or visit.now, visit.now)
    end = _instant(visit.query.get("until", "")) or start + USUAL
    usual = "" if holder == visit.user.id else visit.user.id
    return {
        "user_id": visit.query.get("user_id") or usual,
        **draft_instant(_START, start, visit.zone),
        **draft_instant(_END, end, visit.zone),
    }


def _wish(form: Mapping[str, str], zone: str) -> Wish:
    if not form.get("user_id"):
        raise Invalid("Who covers must be chosen.")
    return Wish(
        user_id=form.get("user_id", ""),
        start=read_instant(form, "From", _START, zone),
        end=read_instant(form, "Until", _END, zone),
    )


def _instant(text: str) -> datetime | None:
    """Read an instant from an address; whatever is none is left out."""
    try:
        found = read_iso(text)
    except ValueError:
        return None
    return found if 1971 <= found.year <= 2999 else None


def _called(name: str, is_oneself: bool) -> str:
    return f"{name} (you)" if is_oneself else name


PAGES: Final = (
    Page("GET", "/schedules/{id}/overrides", list_overrides, "read"),
    Page("POST", "/schedules/{id}/overrides", create_override, "respond"),
    Page("POST", "/schedules/{id}/overrides/delete", delete_override, "respond"),
)
