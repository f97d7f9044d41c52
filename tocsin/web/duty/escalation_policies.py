"""Escalation policies: the list, and one as a ladder with whom it would call now."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.usecases.duty import escalation_policies, ladders
from tocsin.usecases.duty.escalation_policies import Filter
from tocsin.usecases.duty.ladders import Call
from tocsin.web.duty import policy_forms
from tocsin.web.duty.policy_forms import PATH
from tocsin.web.lists import address_of_part, cut, page_asked, part_of, team_options
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.people.reach import lacking
from tocsin.web.visit import Visit

MOST_GAPS: Final = 3  # that are told


class Repeat(msgspec.Struct, frozen=True, kw_only=True):
    """The climb once more, or several times with the same people: its calls, and its beginnings."""

    begins: tuple[datetime, ...]
    calls: tuple[Call, ...]


async def list_policies(visit: Visit) -> Response:
    """Show policies by name: all, or those that are sought."""
    name, team_id = visit.query.get("q", "").strip(), visit.query.get("team", "")
    page = page_asked(visit)
    asked = Filter(search=name or None, team_ids=(team_id,) if team_id else ())
    part = part_of(page)
    found, _ = await escalation_policies.find(visit.house, asked, part)
    shown, has_more = cut(found)
    return show(
        visit,
        "escalation_policies.html",
        found=shown,
        drawn=await ladders.draw(visit.house, (known.policy for known in shown), visit.now),
        teams=await team_options(visit, "All teams"),
        name=name,
        team_id=team_id,
        page=page,
        has_more=has_more,
        address=lambda page: address_of_part(PATH, page, q=name, team=team_id),
    )


async def show_policy(visit: Visit) -> Response:
    """Show one policy, and whom it would call now."""
    policy_id = visit.parameter("id")
    drawn, prospect = await ladders.foretell(visit.house, policy_id, visit.now)
    first, *later = prospect.passes
    return show(
        visit,
        "escalation_policy.html",
        known=await escalation_policies.get(visit.house, policy_id),
        drawn=drawn,
        lacking=await lacking(visit.house, [drawn]),
        calls=first,
        repeats=[*_repeats(first, later)],
        prospect=prospect,
        most_gaps=MOST_GAPS,
    )


def _repeats(first: tuple[Call, ...], later: Sequence[tuple[Call, ...]]) -> Iterator[Repeat]:
    """Put repetitions together that call the same people, who are named if they are others."""
    for people, some in groupby(later, key=_people):
        passes = list(some)
        begins = tuple(one[0].at for one in passes)
        yield Repeat(begins=begins, calls=() if people == _people(first) else passes[0])


def _people(calls: tuple[Call, ...]) -> list[list[str]]:
    return [[user.id for user in call.users] for call in calls]


PAGES: Final = (
    Page("GET", PATH, list_policies, "read"),
    *policy_forms.PAGES,  # before what takes any id: "new" is none
    Page("GET", f"{PATH}/{{id}}", show_policy, "read"),
)
