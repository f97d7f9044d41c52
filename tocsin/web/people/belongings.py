"""What a team answers for: policies and schedules are put under it, and taken away again."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, NamedTuple

from starlette.responses import Response

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.duty.schedule import Schedule
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.people import belongings
from tocsin.web.notices import Undo, done
from tocsin.web.page import Page
from tocsin.web.people.teams import show_one
from tocsin.web.visit import Visit


class Kind(NamedTuple):
    """A kind of things that teams answer for: its address, its word, and what can be done."""

    path: str
    word: str
    put: Callable[[House, str, str], Awaitable[EscalationPolicy | Schedule]]
    remove: Callable[[House, str, str], Awaitable[EscalationPolicy | Schedule]]


KINDS: Final = (
    Kind("escalation_policies", "Policy", belongings.put_policy, belongings.remove_policy),
    Kind("schedules", "Schedule", belongings.put_schedule, belongings.remove_schedule),
)


async def put(visit: Visit, kind: Kind) -> Response:
    """Let the team answer for what was chosen."""
    team_id, chosen = visit.parameter("id"), visit.form.get("chosen", "")
    try:
        if not chosen:
            raise Invalid(f"{kind.word} must be chosen.")
        thing = await kind.put(visit.house, team_id, chosen)
    except (Invalid, NotFound) as complaint:
        return await show_one(visit, complaint=complaint)
    return done(visit, f"/teams/{team_id}", f"{thing.name} belongs to the team.")


async def remove(visit: Visit, kind: Kind) -> Response:
    """Let the team answer for something no longer."""
    team_id, chosen = visit.parameter("id"), visit.parameter("chosen")
    thing = await kind.remove(visit.house, team_id, chosen)
    undo = Undo(f"/teams/{team_id}/{kind.path}", {"chosen": chosen})
    return done(
        visit, f"/teams/{team_id}", f"{thing.name} belongs to the team no longer.", undo=undo
    )


def _pages(kind: Kind) -> tuple[Page, Page]:
    path = f"/teams/{{id}}/{kind.path}"
    return (
        Page("POST", path, partial(put, kind=kind), "manage"),
        Page("POST", f"{path}/{{chosen}}/remove", partial(remove, kind=kind), "manage"),
    )


PAGES: Final = tuple(page for kind in KINDS for page in _pages(kind))
