"""Outlook: whom an open incident will call next, when, and by what, unless somebody answers."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec

from tocsin.domain.reaching.paging import Planned
from tocsin.domain.response.command import Roster
from tocsin.domain.response.escalation import Step, call_again, call_next
from tocsin.domain.response.incident import Incident

Pages = Callable[[str, datetime], Iterable[Planned]]  # a person's pages, counted from an instant


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A person is told at an instant, by all these ways at once."""

    at: datetime
    user_id: str
    kinds: tuple[str, ...]


def turns_at(incident: Incident) -> datetime | None:
    """Return when others are asked, or the same people again; None where nothing is to come."""
    return incident.escalate_at or incident.unacknowledge_at


def turns_to(incident: Incident, roster: Roster) -> Step | None:
    """Find who is asked then. None: the policy ends."""
    return (call_again if incident.status == "acknowledged" else call_next)(incident, roster)


def calls(incident: Incident, step: Step | None, pages: Pages, now: datetime) -> tuple[Call, ...]:
    """Return the calls to come, the soonest first: what is left of this turn, and the next one.

    What a person's rules said when a turn began may have changed since; they are asked today.
    """
    turn = turns_at(incident)
    running = [page for page in _running(incident, pages) if page.at > now]
    if turn is None or step is None:
        return _together(running)
    left = [page for page in running if page.at < turn]
    return _together([*left, *(page for id_ in step.user_ids for page in pages(id_, turn))])


def _running(incident: Incident, pages: Pages) -> Iterable[Planned]:
    """Return the pages of those who have the incident and have not answered, also past ones."""
    if incident.status == "triggered":
        for assignment in incident.assignments:
            yield from pages(assignment.user_id, _began(incident) or assignment.at)


def _began(incident: Incident) -> datetime | None:
    """Return when the turn of whoever is being asked began; only a climb tells it exactly."""
    if incident.escalate_at is None:
        return None
    minutes = incident.policy.rules[incident.level].delay_minutes
    return incident.escalate_at - timedelta(minutes=minutes)


def _together(pages: Iterable[Planned]) -> tuple[Call, ...]:
    kinds: dict[tuple[datetime, str], dict[str, None]] = {}
    for page in sorted(pages, key=lambda page: page.at):
        kinds.setdefault((page.at, page.user_id), {})[page.kind] = None
    return tuple(Call(at=at, user_id=id_, kinds=tuple(ways)) for (at, id_), ways in kinds.items())
