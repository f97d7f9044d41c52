"""Incidents: the list, and one with everything that a person needs to act."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Final, get_args

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tocsin.domain.incident import Incident
from tocsin.usecases import incidents, stories
from tocsin.usecases.errors import Refused
from tocsin.usecases.incidents import Change, by_hand
from tocsin.usecases.stories import Shown
from tocsin.web.notices import Notice
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit, go_to

PER_PAGE: Final = 25
LAST_PAGE: Final = 400
SNOOZE: Final = 3600  # seconds

SHOWN: Final[tuple[Shown, ...]] = get_args(Shown)


class Choice(msgspec.Struct, frozen=True):
    """A button. ``fields`` go with its form."""

    action: str
    label: str
    fields: Mapping[str, int] = {}


class Act(msgspec.Struct, frozen=True):
    """What a button does to the incident of this id, and what is said when it is done."""

    perform: Callable[[Visit, str], Awaitable[object]]
    done: str


async def go_home(visit: Visit) -> Response:
    """Lead to the list."""
    return go_to("/incidents")


async def list_incidents(visit: Visit) -> Response:
    """Show incidents of one kind."""
    asked = visit.request.query_params.get("status", "")
    shown: Shown = next((known for known in SHOWN if known == asked), "open")
    page = _page_number(visit.request.query_params.get("page", ""))
    offset = (page - 1) * PER_PAGE
    glance = await stories.glance(visit.house, shown, visit.now, limit=PER_PAGE, offset=offset)
    return show(visit, "incidents.html", glance=glance, shown=shown, page=page)


async def show_incident(visit: Visit) -> Response:
    """Show one incident."""
    act = ACTS.get(visit.request.query_params.get("done", ""))
    return await _show(visit, notice=Notice(sentence=act.done) if act else None)


async def act_on_incident(visit: Visit) -> Response:
    """Do what a button says, then show what came of it."""
    incident_id, act = visit.parameter("id"), ACTS.get(visit.parameter("action"))
    if act is None:
        raise HTTPException(404)
    try:
        await act.perform(visit, incident_id)
    except Refused as refusal:
        no = Notice(sentence=refusal.sentence, is_refusal=True)
        return await _show(visit, status=409, notice=no)
    return go_to(f"/incidents/{incident_id}?done={visit.parameter('action')}")


async def _show(visit: Visit, *, status: int = 200, notice: Notice | None) -> Response:
    story = await stories.tell(visit.house, visit.parameter("id"), visit.now)
    choices = list(_choices(story.incident, visit.user.id)) if visit.may("respond") else []
    return show(
        visit,
        "incident.html",
        status=status,
        story=story,
        choices=choices,
        notice=notice,
    )


def _page_number(text: str) -> int:
    """Read which page is wanted; whatever is no number means the first."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 9
    return min(max(int(text), 1), LAST_PAGE) if is_number else 1


def _choices(incident: Incident, user_id: str) -> Iterator[Choice]:
    """Say what makes sense now.

    The first button stays where it is when it was pressed, so that a second tap does no harm.
    """
    if not incident.is_open:
        if not incident.merged_into:
            yield Choice("reopen", "Reopen")
        return
    holders = {acknowledgement.by.id for acknowledgement in incident.acknowledgements}
    again = " again" if user_id in holders else " too" if holders else ""
    yield Choice("acknowledge", f"Acknowledge{again}")
    yield Choice("resolve", "Resolve")
    if incident.status == "acknowledged" and incident.snoozed_until is None:
        yield Choice("snooze", "Snooze 1 h")
    if incident.urgency == "high" and incident.level + 1 < len(incident.policy.rules):
        yield Choice("escalate", "Escalate", {"level": incident.level + 2})


async def _acknowledge(visit: Visit, incident_id: str) -> None:
    await _change(visit, Change(incident_id=incident_id, status="acknowledged"))


async def _resolve(visit: Visit, incident_id: str) -> None:
    await _change(visit, Change(incident_id=incident_id, status="resolved"))


async def _reopen(visit: Visit, incident_id: str) -> None:
    await _change(visit, Change(incident_id=incident_id, status="triggered"))


async def _escalate(visit: Visit, incident_id: str) -> None:
    """Climb to the level that the form names, so that two clicks do not climb two."""
    level = visit.form.get("level", "")
    if not (level.isascii() and level.isdecimal() and len(level) < 4):
        raise HTTPException(400)
    await _change(visit, Change(incident_id=incident_id, level=int(level)))


async def _snooze(visit: Visit, incident_id: str) -> None:
    await incidents.snooze(visit.house, incident_id, SNOOZE, by_hand(visit.user), visit.now)


async def _change(visit: Visit, wanted: Change) -> None:
    await incidents.change(visit.house, [wanted], by_hand(visit.user), visit.now)


ACTS: Final[Mapping[str, Act]] = {
    "acknowledge": Act(_acknowledge, "You have it. The pages have stopped."),
    "resolve": Act(_resolve, "Resolved. Nobody is paged for it any more."),
    "snooze": Act(_snooze, "Snoozed for an hour. Then the pages begin again."),
    "escalate": Act(_escalate, "Escalated. The next level is being paged."),
    "reopen": Act(_reopen, "Open again. The pages have begun anew."),
}

PAGES: Final = (
    Page("GET", "/", go_home, "read"),
    Page("GET", "/incidents", list_incidents, "read"),
    Page("GET", "/incidents/{id}", show_incident, "read"),
    Page("POST", "/incidents/{id}/{action}", act_on_incident, "respond"),
)
