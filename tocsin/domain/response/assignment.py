"""Assignment: an incident is put before people, by the policy it climbs or by somebody's hand."""

from datetime import datetime
from typing import Any

from tocsin.domain.response.command import (
    Alarm,
    Command,
    Deal,
    Decision,
    Delegate,
    Effect,
    Escalate,
    Page,
    Reassign,
    Refused,
    Roster,
)
from tocsin.domain.response.course import TRIGGERED, entry, refuse_resolved, stay, steer
from tocsin.domain.response.escalation import Step, call, call_again, call_next, climb
from tocsin.domain.response.incident import Assignment, Incident
from tocsin.domain.response.log_entry import LogEntry

CANNOT_ESCALATE = 1006
USER_NOT_FOUND = 1007
CANNOT_REASSIGN = 1011
NOBODY_ON_CALL = 1015


def reassign(incident: Incident, command: Reassign, now: datetime) -> Decision:
    """Give the incident to people; it climbs no longer."""
    refuse_resolved(incident)
    user_ids = known(command.assignees, command.roster)
    if not user_ids:
        raise Refused("Name somebody to reassign the incident to.", CANNOT_REASSIGN)
    return give(incident, user_ids, command, now)


def delegate(incident: Incident, command: Delegate, now: datetime) -> Decision:
    """Give the incident to another policy."""
    refuse_resolved(incident)
    step = call(command.policy, command.roster)
    log = (entry("delegate_log_entry", incident, now, command, who(step)),)
    return put_before(incident, step, now, log=log, policy=command.policy, **BY_POLICY)


def escalate(incident: Incident, command: Escalate, now: datetime) -> Decision:
    """Climb, by timeout or by hand."""
    if command.is_timer:
        return _climb_on(incident, command, now)
    refuse_resolved(incident)
    if incident.urgency == "low":
        raise Refused("A low urgency incident cannot be escalated.", CANNOT_ESCALATE)
    level = _wanted_level(incident, command.level)
    step = climb(incident.policy, level, incident.loop, command.roster)
    if step is None:
        raise Refused("Nobody is on call at that level or above it.", NOBODY_ON_CALL)
    return _step_up(incident, step, now, command, **BY_POLICY)


def give(
    incident: Incident,
    user_ids: tuple[str, ...],
    command: Command,
    now: datetime,
    *,
    log: tuple[LogEntry, ...] = (),
) -> Decision:
    """Put the incident before these people, and nobody after them."""
    step = Step(level=incident.level, loop=incident.loop, user_ids=user_ids)
    log = (*log, entry("assign_log_entry", incident, now, command, who(step)))
    return put_before(incident, step, now, log=log, **BY_HAND)


def page_again(
    incident: Incident, roster: Roster, now: datetime, *, log: tuple[LogEntry, ...], **changes: Any
) -> Decision:
    """Page those who have the incident once more; if they are gone, it goes back to its policy."""
    step = call_again(incident, roster)
    had = {assignment.user_id for assignment in incident.assignments}
    if had.isdisjoint(step.user_ids):
        changes["assigned_via"] = "escalation_policy"
    if had != set(step.user_ids):
        log = (*log, entry("assign_log_entry", incident, now, None, who(step)))
    return put_before(incident, step, now, log=log, **changes)


def put_before(
    incident: Incident, step: Step, now: datetime, *, log: tuple[LogEntry, ...], **changes: Any
) -> Decision:
    """Trigger the incident before the people of a step."""
    course = {
        **TRIGGERED,
        "level": step.level,
        "loop": step.loop,
        "assignments": assign(incident, step.user_ids, now),
    }
    return steer(incident, now, log=log, effects=_effects(incident, step), **(course | changes))


def assign(incident: Incident, user_ids: tuple[str, ...], now: datetime) -> tuple[Assignment, ...]:
    """Assign these people alone; whoever has the incident already keeps their time."""
    since = {assignment.user_id: assignment.at for assignment in incident.assignments}
    return tuple(Assignment(user_id, since.get(user_id, now)) for user_id in user_ids)


def known(user_ids: tuple[str, ...], roster: Roster) -> tuple[str, ...]:
    """Return people named by hand, each once. Refuses strangers."""
    for user_id in user_ids:
        if user_id not in roster.users:
            raise Refused(f"There is no user {user_id} to assign.", USER_NOT_FOUND)
    return tuple(dict.fromkeys(user_ids))


def who(step: Step) -> dict[str, Any]:
    """Return the details of a log entry that puts an incident before people."""
    details: dict[str, Any] = {"assignees": [*step.user_ids]}
    return details | {"reason": step.reason} if step.reason else details


BY_POLICY: dict[str, Any] = {"assigned_via": "escalation_policy", "exhausted": False}
BY_HAND: dict[str, Any] = {"assigned_via": "direct_assignment", "exhausted": False}


def _climb_on(incident: Incident, command: Escalate, now: datetime) -> Decision:
    step = call_next(incident, command.roster)
    if step is None:
        return _exhaust(incident, command.roster, now)
    return _step_up(incident, step, now, why=command.reason)


def _step_up(
    incident: Incident,
    step: Step,
    now: datetime,
    by: Command | None = None,
    why: str | None = None,
    **changes: Any,
) -> Decision:
    details = ({"reason": why} if why else {}) | who(step)
    log = [entry("escalate_log_entry", incident, now, by, details)]
    if step.loop > incident.loop:
        log.insert(0, entry("repeat_escalation_path_log_entry", incident, now))
    return put_before(incident, step, now, log=tuple(log), **changes)


def _exhaust(incident: Incident, roster: Roster, now: datetime) -> Decision:
    """Leave the incident with the last people asked, whose pages go on; somebody must have it."""
    exhausted = entry("exhaust_escalation_path_log_entry", incident, now)
    if any(assignment.user_id in roster.users for assignment in incident.assignments):
        alarm = Alarm(sentence=f"Nobody has answered “{incident.title}”; its policy is exhausted.")
        log, effects = (exhausted,), (alarm,)
        return stay(incident, now, log=log, effects=effects, exhausted=True, escalate_at=None)
    step = call(incident.policy, roster, loop=incident.loop)
    assigned = entry("assign_log_entry", incident, now, None, who(step))
    return put_before(incident, step, now, log=(exhausted, assigned), exhausted=True)


def _wanted_level(incident: Incident, level: int | None) -> int:
    if level is None:
        return incident.level + 1
    if 0 <= level < len(incident.policy.rules):
        return level
    raise Refused(f"The escalation policy has no level {level + 1}.", CANNOT_ESCALATE)


def _effects(incident: Incident, step: Step) -> tuple[Effect, ...]:
    effects: list[Effect] = []
    if step.user_ids:
        effects.append(Page(user_ids=step.user_ids))
    if step.dealt:
        effects.append(Deal(rule_id=step.dealt))
    if step.reason:
        effects.append(Alarm(sentence=f"{step.reason} The incident is “{incident.title}”."))
    return tuple(effects)
