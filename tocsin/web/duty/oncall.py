"""On call: who is now and who is next, by team and policy, and one's own shifts."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from starlette.responses import Response

from tocsin.usecases.duty import ladders
from tocsin.usecases.duty.ladders import Face, Filter, Ladder
from tocsin.usecases.duty.own_duty import Turn, turns_of
from tocsin.web.lists import PER_PAGE, address_of_part, page_asked, team_options
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.people.reach import lacking
from tocsin.web.visit import Visit

PATH: Final = "/oncall"
MOST_TURNS: Final = 100
NO_TEAM: Final = "No team"


async def list_oncall(visit: Visit) -> Response:
    """Show everybody who is on call now, and who comes next."""
    name, team_id = visit.query.get("q", "").strip(), visit.query.get("team", "")
    page = page_asked(visit)
    teams = dict(await team_options(visit, "All teams"))
    asked = Filter(search=name, team_id=team_id or None, teams=tuple(filter(None, teams)))
    offset = (page - 1) * PER_PAGE
    found, has_more = await ladders.find(
        visit.house, asked, visit.now, limit=PER_PAGE, offset=offset
    )
    return show(
        visit,
        "oncall.html",
        groups=_by_team(found, teams),
        hand_off=_next_hand_off(found),
        lacking=await lacking(visit.house, found),
        teams=[*teams.items()],
        name=name,
        team_id=team_id,
        page=page,
        has_more=has_more,
        address=lambda page: address_of_part(PATH, page, q=name, team=team_id),
    )


async def list_my_turns(visit: Visit) -> Response:
    """Show one's own shifts of the coming days."""
    turns = await turns_of(visit.house, visit.user.id, visit.now)
    shown = turns[:MOST_TURNS]
    return show(
        visit,
        "my_turns.html",
        days=_by_day(shown, visit),
        schedules={turn.schedule_id: turn for turn in shown}.values(),
        left=len(turns) - len(shown),
    )


def _by_day(turns: Iterable[Turn], visit: Visit) -> list[tuple[str, list[Turn]]]:
    """Group shifts by the day of their beginning; those that have begun come first."""

    def day_of(turn: Turn) -> str:
        local = turn.start.astimezone(ZoneInfo(visit.zone))
        return "Now" if turn.start <= visit.now else f"{local:%a} {local.day} {local:%b}"

    return [(day, [*some]) for day, some in groupby(turns, key=day_of)]


def _by_team(
    found: Iterable[Ladder], teams: Mapping[str, str]
) -> list[tuple[str, str, list[Ladder]]]:
    """Group policies that stand in the order of their teams: ids, names, and what is theirs."""

    def team_of(ladder: Ladder) -> str:
        return next((id_ for id_ in ladder.policy.team_ids if id_ in teams), "")

    return [
        (id_, teams[id_] if id_ else NO_TEAM, [*theirs])
        for id_, theirs in groupby(found, key=team_of)
    ]


def _next_hand_off(found: Sequence[Ladder]) -> Face | None:
    """Return the place that is handed off first, to or from somebody."""
    faces = (face for ladder in found for rung in ladder.rungs for face in rung.faces)
    ending = ((face.until, face) for face in faces if face.until)
    return min(ending, key=lambda one: one[0], default=(None, None))[1]


PAGES: Final = (
    Page("GET", PATH, list_oncall, "read"),
    Page("GET", f"{PATH}/me", list_my_turns, "read"),
)
