"""Further notices of a person: before shifts, of status updates, and copies for who is learning."""

from collections.abc import Mapping
from typing import Final

from msgspec import convert
from starlette.responses import Response

from tocsin.domain.reaching.handoff import HandoffType
from tocsin.kit.text import is_digits
from tocsin.usecases.errors import Arguments, Complaint, Invalid
from tocsin.usecases.people import users
from tocsin.usecases.reaching import shadows
from tocsin.usecases.reaching.telling_rules import HANDOFFS, STATUS_UPDATES, Wish
from tocsin.usecases.response import choices
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

PATH: Final = "/users/{id}/notices"
TYPES: Final = (
    ("both", "beginnings and ends"),
    ("oncall", "beginnings"),
    ("offcall", "ends"),
)
MOST_DIGITS: Final = 5
NO_NUMBER: Final = "Minutes before must be a whole number."


async def show_notices(visit: Visit) -> Response:
    """Show of what else than incidents somebody hears."""
    return await _show(visit)


async def add_handoff(visit: Visit) -> Response:
    """Let somebody hear of their shifts."""
    form = visit.form
    try:
        minutes = form.get("minutes", "").strip()
        if not is_digits(minutes, MOST_DIGITS):
            raise Invalid(NO_NUMBER)
        type_ = form.get("type", "")
        wish = Wish(
            contact_method_id=form.get("contact_method", ""),
            handoff_type=convert(type_ if type_ in dict(TYPES) else "both", HandoffType),
            advance_minutes=int(minutes),
        )
        await HANDOFFS.create(visit.house, visit.owner(), wish, visit.now)
    except (Invalid, Arguments) as complaint:
        return await _show(visit, form, complaint)
    return done(visit, _path(visit), "Notices of shifts come from now on.")


async def remove_handoff(visit: Visit) -> Response:
    """Let somebody hear of their shifts no more."""
    await HANDOFFS.remove(visit.house, visit.owner(), visit.parameter("rule_id"))
    return done(visit, _path(visit), "The notice was removed.")


async def add_status_update(visit: Visit) -> Response:
    """Let somebody hear of status updates in one more way."""
    wish = Wish(contact_method_id=visit.form.get("contact_method", ""))
    try:
        await STATUS_UPDATES.create(visit.house, visit.owner(), wish, visit.now)
    except (Invalid, Arguments) as complaint:
        return await _show(visit, visit.form, complaint)
    return done(visit, _path(visit), "Status updates go there from now on.")


async def remove_status_update(visit: Visit) -> Response:
    """Let somebody hear of status updates in one way less."""
    await STATUS_UPDATES.remove(visit.house, visit.owner(), visit.parameter("rule_id"))
    return done(visit, _path(visit), "The notice was removed.")


async def add_shadow(visit: Visit) -> Response:
    """Let somebody learn from a person, or from whoever holds a schedule."""
    kind, _, id_ = visit.form.get("whom", "").partition(":")
    wish = shadows.Wish(
        mentor_id=id_ if kind == "user" else None,
        schedule_id=id_ if kind == "schedule" else None,
        contact_method_id=visit.form.get("copies_to") or None,
    )
    try:
        await shadows.create(visit.house, visit.owner(), wish, visit.now)
    except (Invalid, Arguments) as complaint:
        return await _show(visit, visit.form, complaint)
    return done(visit, _path(visit), "Copies come from now on.")


async def remove_shadow(visit: Visit) -> Response:
    """Let somebody learn from there no more."""
    await shadows.remove(visit.house, visit.owner(), visit.parameter("shadow_id"))
    return done(visit, _path(visit), "No more copies come from there.")


def _path(visit: Visit) -> str:
    return f"/users/{visit.parameter('id')}/notices"


async def _show(
    visit: Visit, draft: Mapping[str, str] | None = None, complaint: Complaint | None = None
) -> Response:
    house, user_id = visit.house, visit.owner()
    known = await users.get(house, user_id)
    teachers = await choices.teachers(house)
    return show(
        visit,
        "notices.html",
        person=known.user,
        methods=known.methods,
        handoffs=await HANDOFFS.find(house, user_id),
        updates=await STATUS_UPDATES.find(house, user_id),
        shadows=await shadows.find(house, user_id),
        types=TYPES,
        people=[one for one in teachers.people if one[0] != user_id],
        schedules=teachers.schedules,
        draft=draft or {},
        complaint=complaint,
    )


PAGES: Final = (
    Page("GET", PATH, show_notices, "read"),
    Page("POST", PATH + "/handoffs", add_handoff, "read"),
    Page("POST", PATH + "/handoffs/{rule_id}/remove", remove_handoff, "read"),
    Page("POST", PATH + "/updates", add_status_update, "read"),
    Page("POST", PATH + "/updates/{rule_id}/remove", remove_status_update, "read"),
    Page("POST", PATH + "/shadows", add_shadow, "read"),
    Page("POST", PATH + "/shadows/{shadow_id}/remove", remove_shadow, "read"),
)
