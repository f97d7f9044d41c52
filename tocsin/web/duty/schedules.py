"""Schedules: the list, and one with its timeline, its overrides and whoever uses it."""

from datetime import timedelta
from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.domain.duty.rendering import gaps
from tocsin.domain.duty.schedule import Range
from tocsin.domain.duty.watch import Watch, watch_at
from tocsin.usecases.duty import calendars, overrides, schedules
from tocsin.usecases.duty.schedules import Known
from tocsin.usecases.errors import Invalid
from tocsin.web.duty.schedule_views import stage
from tocsin.web.duty.spans import span_asked, until
from tocsin.web.lists import address_of_part, cut, page_asked, part_of, team_options
from tocsin.web.notices import Notice, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.schedule_words import gaps_told
from tocsin.web.visit import Visit

AHEAD: Final = timedelta(days=14)  # in which the list warns of gaps
OVERRIDES_AHEAD: Final = timedelta(days=366)
NAMED: Final = 3  # overrides that a page shows before it refers to all of them


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule in the list: who is on call, who is next, and how often nobody will be."""

    known: Known
    watch: Watch
    coming_gaps: int


async def list_schedules(visit: Visit) -> Response:
    """Show schedules by name, with who is on call now."""
    search, team_id = visit.query.get("q", "").strip(), visit.query.get("team", "")
    page, asked = page_asked(visit), Range(visit.now, visit.now + AHEAD)
    part = part_of(page)
    team_ids = [team_id] if team_id else []
    found, _ = await schedules.find(visit.house, search, asked, part, team_ids=team_ids)
    shown, has_more = cut(found)
    return show(
        visit,
        "schedules.html",
        rows=[_row(known, asked) for known in shown],
        search=search,
        team_id=team_id,
        teams=await team_options(visit, "All teams"),
        page=page,
        has_more=has_more,
        address=lambda page: address_of_part("/schedules", page, q=search, team=team_id),
    )


async def show_schedule(visit: Visit) -> Response:
    """Show one schedule."""
    return await _show(visit)


async def delete_schedule(visit: Visit) -> Response:
    """Take a schedule away, or say what still needs it."""
    schedule_id = visit.parameter("id")
    try:
        await schedules.remove(visit.house, schedule_id)
    except Invalid as complaint:
        no = Notice(sentence=f"{complaint.sentences[0]}.", is_refusal=True)
        return await _show(visit, status=409, notice=no)
    return done(visit, "/schedules", "The schedule was deleted.")


async def _show(visit: Visit, *, status: int = 200, notice: Notice | None = None) -> Response:
    schedule_id, house, now = visit.parameter("id"), visit.house, visit.now
    span = span_asked(visit, f"/schedules/{schedule_id}")
    known = await schedules.get(house, schedule_id, until(now, span.asked))
    scene = stage(visit, known, span)
    coming = [gap for gap in scene.gaps if gap.start > now]
    addresses = await calendars.find(house, visit.user.id)
    ahead = await overrides.find(house, schedule_id, Range(now, now + OVERRIDES_AHEAD))
    return show(
        visit,
        "schedule.html",
        status=status,
        notice=notice,
        known=known,
        schedule=known.schedule,
        span=span,
        scene=scene,
        warnings=gaps_told(coming, span.asked, span.zone, now),
        layers=[layer for layer in known.schedule.layers if layer.end is None or layer.end > now],
        ahead=ahead.overrides,
        people={**known.users, **ahead.users},
        shown_overrides=NAMED,
        address=addresses.get(schedule_id),
    )


def _row(known: Known, asked: Range) -> Row:
    found = gaps(known.schedule, asked.since, asked.until)
    return Row(
        known=known,
        watch=watch_at(known.schedule, asked.since),
        coming_gaps=sum(gap.start > asked.since for gap in found),
    )


PAGES: Final = (
    Page("GET", "/schedules", list_schedules, "read"),
    Page("GET", "/schedules/{id}", show_schedule, "read"),
    Page("POST", "/schedules/{id}/delete", delete_schedule, "manage"),
)
