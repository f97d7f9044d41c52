"""What people ask of incidents, and what timers do to them: each in one transaction.

Locks are always taken in this order: alerts, then incidents, each in the order of their ids.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.command import (
    Acknowledge,
    ChangePriority,
    ChangeUrgency,
    Command,
    Delegate,
    Escalate,
    Reassign,
    Refused,
    Reopen,
    Resolve,
    Retitle,
    Snooze,
    Unacknowledge,
)
from tocsin.domain.escalation_policy import EscalationPolicy
from tocsin.domain.incident import Incident, Status
from tocsin.domain.log_entry import Agent
from tocsin.domain.user import Urgency
from tocsin.domain.work import Work
from tocsin.store import alerts, incidents
from tocsin.store import work as work_store
from tocsin.store.tables import alerts as alerts_table
from tocsin.usecases.desk import Desk
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House

MAX_ALERTS: Final = 1000


class By(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and through what: both end up on the log entries."""

    agent: Agent
    channel: dict[str, Any]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be different about an incident; UNSET and None leave it as it is.

    ``level`` counts from 1. ``priority`` is (id, name), or None to take the priority away.
    """

    incident_id: str
    status: Status | None = None
    resolution: str | None = None
    title: str | None = None
    urgency: Urgency | None = None
    priority: tuple[str, str] | UnsetType | None = UNSET
    level: int | None = None
    assignees: tuple[str, ...] | None = None
    policy_id: str | None = None


async def change(house: House, changes: Sequence[Change], by: By, now: datetime) -> list[Incident]:
    """Make all changes, or none: the first one refused undoes the others."""
    ids = [wanted.incident_id for wanted in changes]
    resolved = [wanted.incident_id for wanted in changes if wanted.status == "resolved"]
    async with house.database.begin() as tx:
        await hold_alerts(tx, resolved)
        held = await hold(tx, ids)
        desk = await Desk.at(tx, house.directory, now)
        await _prepare(desk, held.values(), changes)
        for wanted in changes:
            held[wanted.incident_id] = _apply(desk, held[wanted.incident_id], wanted, by)
        await alerts.set_status(tx, resolved, "resolved", now)
        await desk.write()
    return [held[id_] for id_ in ids]


async def snooze(house: House, incident_id: str, seconds: int, by: By, now: datetime) -> Incident:
    """Let an acknowledged incident sleep."""
    return await act(house, incident_id, Snooze(seconds=seconds, **_by(by)), now)


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


async def _prepare(desk: Desk, held: Iterable[Incident], changes: Sequence[Change]) -> None:
    policies = await desk.view.know_policy_ids(
        desk.connection, {wanted.policy_id for wanted in changes if wanted.policy_id}
    )
    people = {user for wanted in changes for user in wanted.assignees or ()}
    await desk.prepare(incidents=held, policies=policies, people=people)
    for user in people:
        if desk.view.person(user) is None:
            raise Refused(f"There is no user {user} to assign.", 1007)


def _apply(desk: Desk, incident: Incident, wanted: Change, by: By) -> Incident:
    for command in (
        *_edits(incident, wanted, by),
        *(_course(desk, incident, wanted, by) if incident.is_open else ()),
        *_standing(desk, incident, wanted, by),
    ):
        incident = desk.act(incident, command)
    return incident


def _edits(incident: Incident, wanted: Change, by: By) -> Iterable[Command]:
    if wanted.title is not None and wanted.title != incident.title:
        yield Retitle(title=wanted.title, **_by(by))
    if not isinstance(wanted.priority, UnsetType):
        priority_id, name = wanted.priority or (None, None)
        if priority_id != incident.priority_id:
            yield ChangePriority(priority_id=priority_id, name=name, **_by(by))


def _course(desk: Desk, incident: Incident, wanted: Change, by: By) -> Iterable[Command]:
    roster = desk.roster(incident.policy)
    if wanted.urgency is not None and wanted.urgency != incident.urgency:
        yield ChangeUrgency(urgency=wanted.urgency, roster=roster, **_by(by))
    if policy := _policy(desk, wanted):
        yield Delegate(policy=policy, roster=desk.roster(policy), **_by(by))
    elif wanted.assignees:
        yield Reassign(roster=roster, assignees=wanted.assignees, **_by(by))
    elif wanted.level is not None:
        yield Escalate(level=wanted.level - 1, roster=roster, **_by(by))


def _standing(desk: Desk, incident: Incident, wanted: Change, by: By) -> Iterable[Command]:
    moved = bool(wanted.assignees or wanted.policy_id)
    match wanted.status:
        case "triggered" | "acknowledged" if not incident.is_open:
            policy = _policy(desk, wanted)
            yield Reopen(
                roster=desk.roster(policy or incident.policy),
                assignees=wanted.assignees or (),
                policy=policy,
                acknowledged=wanted.status == "acknowledged",
                **_by(by),
            )
        case "acknowledged":
            yield Acknowledge(**_by(by))
        case "resolved":
            yield Resolve(note=wanted.resolution, **_by(by))
        case "triggered" if incident.status == "acknowledged" and not moved:
            yield Unacknowledge(roster=desk.roster(incident.policy), **_by(by))


def _policy(desk: Desk, wanted: Change) -> EscalationPolicy | None:
    if wanted.policy_id is None:
        return None
    policy = desk.view.policy(wanted.policy_id)
    if policy is None:
        raise Refused(f"There is no escalation policy {wanted.policy_id}.", 1014)
    return policy


def _command_of(desk: Desk, incident: Incident, work: Work) -> Command:
    service = Agent("service", incident.service_id)
    roster = desk.roster(incident.policy)
    generation = work.generation
    match work.kind:
        case "escalate":
            return Escalate(
                roster=roster, generation=generation, agent=service, channel={"type": "auto"}
            )
        case "unacknowledge":
            return Unacknowledge(
                roster=roster, generation=generation, agent=service, channel={"type": "timeout"}
            )
        case "urgency_change":
            return ChangeUrgency(
                urgency="low" if incident.urgency == "high" else "high",
                roster=roster,
                generation=generation,
                agent=service,
                channel={"type": "auto"},
            )
        case _:
            return Resolve(generation=generation, agent=service, channel={"type": "timeout"})


def _by(by: By) -> dict[str, Any]:
    return {"agent": by.agent, "channel": by.channel}
