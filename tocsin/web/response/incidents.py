"""Incidents: the list, and what is done to several at once."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final
from urllib.parse import parse_qsl, urlencode

import msgspec
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tocsin.usecases.errors import NotFound
from tocsin.usecases.people import teams
from tocsin.usecases.response import bulk, choices, incident_queries
from tocsin.usecases.response.bulk import Outcome
from tocsin.usecases.response.glances import Glance, glance
from tocsin.usecases.response.incidents import Change, by_hand
from tocsin.web.lists import page_asked
from tocsin.web.notices import Notice, Undo, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.response.incident_filters import SORTINGS, Filters, read_filters
from tocsin.web.response.outcomes import tell
from tocsin.web.response.snoozes import HOUR
from tocsin.web.visit import Visit, go_to

PER_PAGE: Final = 50

_ID: Final = re.compile("[0-9A-Za-z]{1,14}")

NONE_SELECTED: Final = "Select the incidents first: tick them, or press x on one."


class Deed(msgspec.Struct, frozen=True):
    """What a button does to each incident, and how that is told."""

    change: Callable[..., Change]
    told: str


DEEDS: Final[Mapping[str, Deed]] = {
    "acknowledge": Deed(partial(Change, status="acknowledged", reopens=False), "acknowledged"),
    "resolve": Deed(partial(Change, status="resolved"), "resolved"),
    "snooze": Deed(partial(Change, snooze=int(HOUR.total_seconds())), "snoozed for an hour"),
    "take": Deed(partial(Change, status="acknowledged"), "open again, and yours"),
}
FORMS: Final = ("reassign", "merge")  # what needs a page of its own


async def go_home(visit: Visit) -> Response:
    """Lead to the list."""
    return go_to("/incidents")


async def list_incidents(visit: Visit) -> Response:
    """Show the incidents that the address asks for, or the one whose number is searched for.

    A form sends empty fields too: the address that follows leaves them out.
    """
    filters = read_filters(visit.query)
    if "" in visit.query.values():
        return go_to(filters.address())
    if filters.number and not visit.is_refresh:
        incident_id = await _with_number(visit, filters.number)
        if incident_id:
            return go_to(f"/incidents/{incident_id}")
    return await _show(visit, filters, page=page_asked(visit))


async def act_on_many(visit: Visit) -> Response:
    """Do to the selected incidents what a button says, as far as it can be done."""
    filters = read_filters(QueryParams(parse_qsl(visit.form.get("at", ""))))
    ids = dict.fromkeys((*visit.form.getlist("id"), *visit.form.get("ids", "").split()))
    what = visit.form.get("do", "")
    if what not in {*DEEDS, *FORMS} or len(ids) > PER_PAGE or not all(map(_ID.fullmatch, ids)):
        raise HTTPException(400)
    if not ids:
        return await _refuse(visit, filters, NONE_SELECTED)
    if what in FORMS:
        return go_to(f"/incidents/{what}?{urlencode([('id', id_) for id_ in ids])}")
    changes = [DEEDS[what].change(incident_id=id_) for id_ in ids]
    outcome = await bulk.change_each(visit.house, changes, by_hand(visit.user), visit.now)
    told = await tell(visit, outcome, DEEDS[what].told)
    if not outcome.done:
        return await _refuse(visit, filters, told)
    return done(visit, filters.address(), told, undo=_undo(what, outcome))


async def _refuse(visit: Visit, filters: Filters, sentence: str) -> Response:
    notice = Notice(sentence=sentence, is_refusal=True)
    return await _show(visit, filters, status=409, notice=notice)


async def _show(
    visit: Visit,
    filters: Filters,
    *,
    page: int = 1,
    status: int = 200,
    notice: Notice | None = None,
) -> Response:
    offered = await choices.offer(visit.house)
    wanted = filters.wanted(visit.user.id, visit.zone)
    offset = (page - 1) * PER_PAGE
    found = await glance(visit.house, wanted, visit.now, limit=PER_PAGE, offset=offset)
    return show(
        visit,
        "incidents.html",
        status=status,
        notice=notice,
        glance=found,
        filters=filters,
        choices=offered,
        sortings=SORTINGS,
        page=page,
        news=_news(found),
        has_team=filters.whose != "teams" or bool(await teams.of_user(visit.house, wanted.me)),
    )


def _news(found: Glance) -> str:
    """Say what the list has come to, for those who hear it."""
    open_ones = [incident for incident in found.incidents if incident.is_open]
    newest = max(open_ones, key=lambda incident: incident.number, default=None)
    counts = found.counts
    told = f"{counts.get('triggered', 0)} triggered, {counts.get('acknowledged', 0)} acknowledged."
    return f"{told} Newest: {newest.title}." if newest else told


async def _with_number(visit: Visit, number: str) -> str | None:
    try:
        return (await incident_queries.get(visit.house, number)).incident.id
    except NotFound:
        return None


def _undo(what: str, outcome: Outcome) -> Undo | None:
    """Take back a resolution: whoever does so has the incidents, and nobody is paged."""
    if what != "resolve":
        return None
    ids = " ".join(incident.id for incident in outcome.done)
    return Undo("/incidents/bulk", {"do": "take", "ids": ids})


PAGES: Final = (
    Page("GET", "/", go_home, "read"),
    Page("GET", "/incidents", list_incidents, "read"),
    Page("POST", "/incidents/bulk", act_on_many, "respond"),
)
