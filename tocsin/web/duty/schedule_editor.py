"""The editor of schedules: a form drawn again at each button, with what would come of it."""

from datetime import timedelta
from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.domain.duty.schedule import Range, Schedule
from tocsin.kit.zones import is_zone
from tocsin.usecases.duty import own_duty as duty
from tocsin.usecases.duty import schedules
from tocsin.usecases.duty.schedules import Known, Wish
from tocsin.usecases.errors import Arguments, Complaint, Invalid
from tocsin.web.days import date_in
from tocsin.web.duty.schedule_draft import UNITS, Draft, blank, draft_of, press, read_draft
from tocsin.web.duty.schedule_views import Scene, stage
from tocsin.web.duty.schedule_wish import wish_of
from tocsin.web.duty.spans import Span
from tocsin.web.lists import team_options
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.schedule_words import DAYS, gaps_told
from tocsin.web.visit import Visit
from tocsin.web.words import moment

SAVE: Final = "save"
PREVIEW: Final = "preview"
AHEAD: Final = timedelta(days=15)  # what the preview must know of


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a draft would come to, or what stands in the way of it."""

    scene: Scene | None = None
    warnings: list[str] = []
    complaint: Complaint | None = None


async def ask_for_new(visit: Visit) -> Response:
    """Show the form of a new schedule."""
    return await _show(visit, blank(visit.zone, visit.now, visit.query.get("team", "")), None)


async def ask_for_change(visit: Visit) -> Response:
    """Show the form of a schedule that exists."""
    schedule = (await schedules.get(visit.house, visit.parameter("id"), None)).schedule
    return await _show(visit, draft_of(schedule, visit.now), schedule, is_previewed=True)


async def create_schedule(visit: Visit) -> Response:
    """Make a schedule, or do what another button of the form says."""
    draft = _pressed(visit)
    if _does(visit) != SAVE:
        return await _show(visit, draft, None, is_previewed=True)
    try:
        known = await schedules.create(visit.house, wish_of(draft, None))
    except (Invalid, Arguments) as complaint:
        return await _show(visit, draft, None, complaint=complaint)
    return done(visit, f"/schedules/{known.schedule.id}", "The schedule was made.")


async def change_schedule(visit: Visit) -> Response:
    """Change a schedule from now on, or do what another button of the form says."""
    schedule_id, draft = visit.parameter("id"), _pressed(visit)
    before = (await schedules.get(visit.house, schedule_id, None)).schedule
    if _does(visit) != SAVE:
        return await _show(visit, draft, before, is_previewed=True)
    try:
        await schedules.change(visit.house, schedule_id, wish_of(draft, before), visit.now)
    except (Invalid, Arguments) as complaint:
        return await _show(visit, draft, before, complaint=complaint)
    since = f"{moment(visit.now, visit.zone)} ({visit.zone})"
    told = f"Saved. It holds from now, {since}; what was before stays as it was."
    return done(visit, f"/schedules/{schedule_id}", told)


async def _show(
    visit: Visit,
    draft: Draft,
    before: Schedule | None,
    *,
    complaint: Complaint | None = None,
    is_previewed: bool = False,
) -> Response:
    plan = await duty.read_plan(visit.house, visit.now)
    everybody = sorted(plan.users.values(), key=lambda user: (user.name.casefold(), user.id))
    preview = await _preview(visit, draft, before) if is_previewed else Preview()
    return show(
        visit,
        "schedule_editor.html",
        complaint=complaint,
        draft=draft,
        before=before,
        everybody=[(user.id, user.name) for user in everybody],
        teams=await team_options(visit, "No team"),
        names={user.id: user.name for user in everybody},
        weekdays=[(number, day) for number, day in enumerate(DAYS, start=1)],
        units=[(unit, unit) for unit in UNITS],
        preview=preview,
    )


async def _preview(visit: Visit, draft: Draft, before: Schedule | None) -> Preview:
    """Show two weeks of what the draft would come to."""
    zone, now = visit.zone, visit.now
    today = date_in(zone, now)
    span = Span(path="", scale="fortnight", first=today, today=today, zone=zone)
    try:
        known = await _foresee(visit, wish_of(_named(draft), before), before, span.asked)
    except (Invalid, Arguments) as complaint:
        return Preview(complaint=complaint)
    scene = stage(visit, known, span)
    coming = [gap for gap in scene.gaps if gap.end > now]
    return Preview(scene=scene, warnings=gaps_told(coming, span.asked, zone, now))


async def _foresee(visit: Visit, wish: Wish, before: Schedule | None, asked: Range) -> Known:
    if before is None:
        return await schedules.preview(visit.house, wish)
    return await schedules.preview_change(visit.house, before.id, wish, asked, visit.now)


def _named(draft: Draft) -> Draft:
    """Let a schedule be looked at before it has a name."""
    return msgspec.structs.replace(draft, name=draft.name.strip() or "New schedule")


def _pressed(visit: Visit) -> Draft:
    """Return the draft as the pressed button leaves it."""
    draft = read_draft(visit.form)
    zone = draft.time_zone if is_zone(draft.time_zone) else visit.zone
    return press(draft, _does(visit), zone, visit.now)


def _does(visit: Visit) -> str:
    return visit.form.get("do", PREVIEW)


PAGES: Final = (
    Page("GET", "/schedules/new", ask_for_new, "manage"),
    Page("POST", "/schedules", create_schedule, "manage"),
    Page("GET", "/schedules/{id}/edit", ask_for_change, "manage"),
    Page("POST", "/schedules/{id}", change_schedule, "manage"),
)
