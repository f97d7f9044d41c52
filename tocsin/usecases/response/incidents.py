"""What people ask of incidents, and what timers do to them: each in one transaction.

Locks are always taken in this order: alerts, then incidents, each in the order of their ids.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.people.user import Urgency, User
from tocsin.domain.response.command import (
    Acknowledge,
    ChangeBridge,
    ChangePriority,
    ChangeService,
    ChangeUrgency,
    Command,
    Delegate,
    Escalate,
    Reassign,
    Refused,
    Reopen,
    Resolve,
    Retitle,
    Roster,
    Snooze,
    Unacknowledge,
)
from tocsin.domain.response.incident import ConferenceBridge, Incident, Status
from tocsin.domain.response.log_entry import Agent
from tocsin.domain.response.priority import PRIORITIES
from tocsin.domain.work import Work
from tocsin.store import work as work_store
from tocsin.store.clashes import tried_again
from tocsin.store.response import alerts, incidents
from tocsin.store.tables import alerts as alerts_table
from tocsin.usecases.desk import Desk
from tocsin.usecases.errors import Arguments, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.wishes import refuse

LONGEST_TITLE: Final = 1024
INVALID_PRIORITY: Final = 1020

# Clients look for these sentences, to the letter.
NO_TITLE: Final = "Title cannot be empty."
NO_SERVICE: Final = "Service not found"

EITHER_OR: Final = "Assignments and escalation policy exclude each other: name only one of them."
WEBSITE: Final = {"type": "website"}


class By(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and through what: both end up on the log entries."""

    agent: Agent
    channel: dict[str, Any]

    @property
    def told(self) -> dict[str, Any]:
        """What commands want to know of it."""
        return {"agent": self.agent, "channel": self.channel}


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different about an incident; UNSET and None leave it as it is.

    ``level`` counts from 1. ``snooze`` is in seconds, and acknowledges what nobody has yet.
    ``reopens`` says whether another status opens what is resolved, or is refused. ``priority`` is
    (id, name), or None to take the priority away, as None takes the conference bridge away.
    """

    incident_id: str
    status: Status | None = None
    reopens: bool = True
    snooze: int | None = None
    resolution: str | None = None
    title: str | None = None
    urgency: Urgency | None = None
    priority: tuple[str, str] | UnsetType | None = UNSET
    level: int | None = None
    assignees: tuple[str, ...] | None = None
    policy_id: str | None = None
    service_id: str | None = None
    conference_bridge: ConferenceBridge | UnsetType | None = UNSET


def faults_of_title(title: str) -> Iterable[str]:
    """Say what is wrong with a title."""
    if not title.strip():
        yield NO_TITLE
    if len(title) > LONGEST_TITLE:
        yield f"Title is too long (maximum is {LONGEST_TITLE} characters)."


def by_hand(user: User) -> By:
    """Return what the log says of something that a person does."""
    return By(agent=Agent("user", user.id, user.name), channel=WEBSITE)


def priority_of(id_or_name: str) -> tuple[str, str]:
    """Find a priority, by its id or its name. Raises Refused."""
    for priority in PRIORITIES:
        if id_or_name in {priority.id, priority.name}:
            return priority.id, priority.name
    raise Refused(f"There is no priority {id_or_name}.", INVALID_PRIORITY)


@tried_again
async def change(house: House, changes: Sequence[Change], by: By, now: datetime) -> list[Incident]:
    """Make all changes, or none: the first one refused undoes the others."""
    refuse(fault for c in changes if c.title is not None for fault in faults_of_title(c.title))
    ids = [wanted.incident_id for wanted in changes]
    resolved = [wanted.incident_id for wanted in changes if wanted.status == "resolved"]
    async with house.database.begin() as tx:
        await hold_alerts(tx, resolved)
        held = await hold(tx, ids)
        desk = await Desk.at(tx, house.directory, now)
        await know(
            desk,
            incidents=held.values(),
            policies={wanted.policy_id for wanted in changes if wanted.policy_id},
            people={user for wanted in changes for user in _people(wanted, by)},
            services={wanted.service_id for wanted in changes if wanted.service_id},
        )
        for wanted in changes:
            held[wanted.incident_id] = _apply(desk, held[wanted.incident_id], wanted, by)
        await alerts.set_status(tx, resolved, "resolved", now)
        await desk.write()
    return [held[id_] for id_ in ids]


async def snooze(house: House, incident_id: str, seconds: int, by: By, now: datetime) -> Incident:
    """Let an acknowledged incident sleep."""
    return await act(house, incident_id, Snooze(seconds=seconds, **by.told), now)


@tried_again
async def act(house: House, incident_id: str, command: Command, now: datetime) -> Incident:
    """Carry out a command that needs no roster."""
    async with house.database.begin() as tx:
        held = await hold(tx, [incident_id])
        desk = await Desk.at(tx, house.directory, now)
        await desk.prepare(incidents=held.values())
        incident = desk.act(held[incident_id], command)
        await desk.write()
    return incident


async def ring(house: House, works: Sequence[Work], now: datetime) -> None:
    """Timers ring: each decides, and is done. A timer from an older course changes nothing."""
    due = {work.incident_id for work in works if work.incident_id}
    closing = {w.incident_id for w in works if w.kind == "auto_resolve" and w.incident_id}
    async with house.database.begin() as tx:
        await hold_alerts(tx, closing)
        held = await incidents.lock(tx, due)
        desk = await Desk.at(tx, house.directory, now)
        await desk.prepare(incidents=[i for i in held.values() if i.is_open])
        for work in works:
            incident = held.get(work.incident_id or "")
            if incident is not None and incident.generation == work.generation:
                held[incident.id] = desk.act(incident, _command_of(desk, incident, work))
        over = [id_ for id_ in closing if id_ in held and not held[id_].is_open]
        await alerts.set_status(tx, over, "resolved", now)
        await work_store.finish(tx, [work.id for work in works])
        await desk.write()


async def hold(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, Incident]:
    """Lock incidents that must exist. Raises NotFound."""
    wanted = set(ids)
    held = await incidents.lock(tx, wanted)
    if len(held) < len(wanted):
        raise NotFound("Incident", min(wanted - held.keys()))
    return held


async def hold_alerts(tx: AsyncConnection, incident_ids: Iterable[str]) -> None:
    """Lock the open alerts of incidents that are about to be resolved."""
    wanted = sorted(set(incident_ids))
    if wanted:
        is_open = alerts_table.c.status == "triggered"
        where = (alerts_table.c.incident_id.in_(wanted), is_open)
        await alerts.select(tx, where=where, hold=True)


async def know(
    desk: Desk,
    *,
    incidents: Iterable[Incident] = (),
    policies: Collection[str] = (),
    people: Collection[str] = (),
    services: Collection[str] = (),
) -> None:
    """Prepare for incidents, and for what is to be done with them. Raises Refused, Arguments."""
    known = await desk.view.know_policy_ids(desk.connection, policies)
    await desk.prepare(incidents=incidents, policies=known, people=people)
    for user in people:
        if desk.view.person(user) is None:
            raise Refused(f"There is no user {user} to assign.", 1007)
    await desk.view.know_services(desk.connection, services, desk.now)
    if not all(desk.view.service(service) for service in services):
        raise Arguments(NO_SERVICE)


def policy_of(desk: Desk, policy_id: str) -> EscalationPolicy:
    """Return a policy that was prepared for. Raises Refused."""
    policy = desk.view.policy(policy_id)
    if policy is None:
        raise Refused(f"There is no escalation policy {policy_id}.", 1014)
    return policy


def _people(wanted: Change, by: By) -> Iterable[str]:
    """Return who may be assigned: also whoever opens what is resolved for themselves."""
    yield from wanted.assignees or ()
    if wanted.status == "acknowledged" and by.agent.kind == "user":
        yield by.agent.id


def _apply(desk: Desk, incident: Incident, wanted: Change, by: By) -> Incident:
    wanted = _news(incident, wanted)
    is_over = wanted.reopens and not incident.is_open
    reopens = is_over and wanted.status in {"triggered", "acknowledged"}
    for command in (
        *_edits(wanted, by),
        *(_reopening if reopens else _course)(desk, incident, wanted, by),
        *(() if reopens else _standing(desk, incident, wanted, by)),
    ):
        incident = desk.act(incident, command)
    return incident


def _news(incident: Incident, wanted: Change) -> Change:
    """Of people and a policy both, drop what a whole incident that is sent back only repeats."""
    if not (wanted.assignees and wanted.policy_id):
        return wanted
    if set(wanted.assignees) == {assignment.user_id for assignment in incident.assignments}:
        wanted = replace(wanted, assignees=None)
    if wanted.policy_id == incident.policy.id:
        return replace(wanted, policy_id=None)
    if wanted.assignees:
        raise Arguments(EITHER_OR)
    return wanted


def _edits(wanted: Change, by: By) -> Iterable[Command]:
    if wanted.title is not None:
        yield Retitle(title=wanted.title, **by.told)
    if wanted.service_id is not None:
        yield ChangeService(service_id=wanted.service_id, **by.told)
    if not isinstance(wanted.conference_bridge, UnsetType):
        yield ChangeBridge(bridge=wanted.conference_bridge, **by.told)
    if not isinstance(wanted.priority, UnsetType):
        priority_id, name = wanted.priority or (None, None)
        yield ChangePriority(priority_id=priority_id, name=name, **by.told)


def _reopening(desk: Desk, incident: Incident, wanted: Change, by: By) -> Iterable[Command]:
    policy = policy_of(desk, wanted.policy_id) if wanted.policy_id else None
    roster = desk.roster(policy or incident.policy)
    yield Reopen(
        roster=roster,
        assignees=wanted.assignees or (),
        policy=policy,
        acknowledged=wanted.status == "acknowledged",
        **by.told,
    )
    yield from _urgency(wanted, roster, by)


def _course(desk: Desk, incident: Incident, wanted: Change, by: By) -> Iterable[Command]:
    roster = desk.roster(incident.policy)
    yield from _urgency(wanted, roster, by)
    if wanted.policy_id:
        policy = policy_of(desk, wanted.policy_id)
        yield Delegate(policy=policy, roster=desk.roster(policy), **by.told)
    elif wanted.assignees:
        yield Reassign(roster=roster, assignees=wanted.assignees, **by.told)
    elif wanted.level is not None:
        yield Escalate(level=wanted.level - 1, roster=roster, **by.told)


def _urgency(wanted: Change, roster: Roster, by: By) -> Iterable[Command]:
    if wanted.urgency is not None:
        yield ChangeUrgency(urgency=wanted.urgency, roster=roster, **by.told)


def _standing(desk: Desk, incident: Incident, wanted: Change, by: By) -> Iterable[Command]:
    moved = bool(wanted.assignees or wanted.policy_id)
    match wanted.status:
        case "acknowledged":
            yield Acknowledge(**by.told)
        case "resolved":
            yield Resolve(note=wanted.resolution, **by.told)
        case "triggered" if not moved and (incident.status == "acknowledged" or not wanted.reopens):
            yield Unacknowledge(roster=desk.roster(incident.policy), **by.told)
    if wanted.snooze is not None:
        if incident.status == "triggered":
            yield Acknowledge(**by.told)
        yield Snooze(seconds=wanted.snooze, **by.told)


def _command_of(desk: Desk, incident: Incident, work: Work) -> Command:
    roster, generation = desk.roster(incident.policy), work.generation
    match work.kind:
        case "escalate":
            reason = (work.payload or {}).get("reason")
            return Escalate(roster=roster, generation=generation, reason=reason)
        case "unacknowledge":
            return Unacknowledge(roster=roster, generation=generation)
        case "urgency_change":
            other: Urgency = "low" if incident.urgency == "high" else "high"
            return ChangeUrgency(urgency=other, roster=roster, generation=generation)
        case _:
            return Resolve(generation=generation)
