"""Outlooks: whom open incidents will call next, by today's policies, schedules and rules."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.paging import Planned, plan
from tocsin.domain.response.escalation import Step, people
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.outlook import Call, calls, turns_at, turns_to
from tocsin.store import directory
from tocsin.store.driver import driver
from tocsin.usecases.directory import View
from tocsin.usecases.house import House


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """``at`` others are asked, or the same people again: those of ``step``, None if nobody is left.

    ``calls`` are all that are to come until then, and of those people.
    """

    at: datetime | None
    step: Step | None
    calls: Sequence[Call] = ()

    @property
    def first(self) -> Sequence[Call]:
        """The calls that come next, at one and the same instant."""
        return [call for call in self.calls if call.at == self.calls[0].at]


async def look_ahead(
    tx: AsyncConnection, house: House, found: Sequence[Incident], now: datetime
) -> dict[str, Outlook]:
    """Look ahead for those of these incidents that are open."""
    waiting = [incident for incident in found if incident.is_open]
    if not waiting:
        return {}
    connection = await driver(tx)
    view = await house.directory.now(connection)
    await view.know_policies(connection, (incident.policy for incident in waiting), now)
    await view.know_people(connection, {a.user_id for i in waiting for a in i.assignments})
    rules = {rule.id for incident in waiting for rule in incident.policy.rules}
    ring = await directory.rings(connection, rules)
    return {incident.id: _outlook(view, incident, ring, now) for incident in waiting}


def ids_in(outlook: Outlook | None) -> Iterable[str]:
    """Return the ids of the people in it."""
    if outlook:
        yield from (call.user_id for call in outlook.calls)
        yield from outlook.step.user_ids if outlook.step else ()


def _outlook(view: View, incident: Incident, ring: Mapping[str, int], now: datetime) -> Outlook:
    def pages(user_id: str, since: datetime) -> Sequence[Planned]:
        person = view.person(user_id)
        if person is None:
            return ()
        return plan(person.rules, person.methods, person.user, incident.urgency, since)

    at = turns_at(incident)
    step = turns_to(incident, view.roster(incident.policy, at, ring)) if at else None
    return Outlook(at=at, step=step, calls=calls(incident, step, pages, now))


async def ladder(
    tx: AsyncConnection, house: House, incident: Incident, now: datetime
) -> list[Sequence[str]]:
    """Return whom each level of the policy that an incident climbs would call now."""
    connection = await driver(tx)
    view = await house.directory.now(connection)
    await view.know_policies(connection, [incident.policy], now)
    rules = incident.policy.rules
    ring = await directory.rings(connection, [rule.id for rule in rules])
    roster = view.roster(incident.policy, now, ring)
    return [people(rule, roster) for rule in rules]
