"""Escalation: which level of a policy comes next, who is paged there, and what is still to come."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from tocsin.domain.duty.escalation_policy import EscalationPolicy, Rule, Target
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.command import Roster
from tocsin.domain.response.incident import Incident

PendingActionType = Literal["escalate", "unacknowledge", "resolve", "urgency_change"]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A place on a policy and the people to page there.

    ``dealt``: the round robin rule that chose them. ``reason``: why the policy itself could not.
    """

    level: int
    loop: int
    user_ids: tuple[str, ...]
    dealt: str | None = None
    reason: str | None = None


class PendingAction(msgspec.Struct, frozen=True, kw_only=True):
    """What will happen to an incident by itself, as the API shows it."""

    type: PendingActionType
    at: datetime
    to: Urgency | None = None


def climb(policy: EscalationPolicy, level: int, loop: int, roster: Roster) -> Step | None:
    """Find the first place from here on where somebody can be paged.

    Levels where nobody can be are passed at once. One more loop is enough to look at: what is
    empty now is empty in all of them.
    """
    for at_level, at_loop in _places(policy, level, loop):
        rule = policy.rules[at_level]
        user_ids = people(rule, roster)
        if user_ids:
            dealt = rule.id if rule.strategy == "round_robin" else None
            return Step(level=at_level, loop=at_loop, user_ids=user_ids, dealt=dealt)
    return None


def call(policy: EscalationPolicy, roster: Roster, level: int = 0, loop: int = 0) -> Step:
    """Find somebody: from here on, or else anywhere on the policy, or else behind it."""
    return (
        climb(policy, level, loop, roster)
        or climb(policy, 0, loop, roster)
        or catch_all(policy, loop, roster)
    )


def call_next(incident: Incident, roster: Roster) -> Step | None:
    """Find who comes after the present level; None when the last loop is over."""
    return call_after(incident.policy, incident.level, incident.loop, roster)


def call_after(policy: EscalationPolicy, level: int, loop: int, roster: Roster) -> Step | None:
    """Find who comes after a place; None when the last loop is over."""
    step = climb(policy, level + 1, loop, roster)
    if step is None and loop < policy.num_loops:
        return catch_all(policy, loop + 1, roster)
    return step


def call_again(incident: Incident, roster: Roster) -> Step:
    """Find who has the incident, as far as they still exist, and who holds its level by now.

    A round robin level has dealt its turn to one person and deals no other while they exist.
    """
    policy, level = incident.policy, incident.level
    has = _existing((assignment.user_id for assignment in incident.assignments), roster)
    if incident.assigned_via == "escalation_policy":
        for rule in policy.rules[level : level + 1]:
            if rule.strategy == "assign_to_everyone":
                has = _unique((*has, *people(rule, roster)))
    if has:
        return Step(level=level, loop=incident.loop, user_ids=has)
    return call(policy, roster, level, incident.loop)


def catch_all(policy: EscalationPolicy, loop: int, roster: Roster) -> Step:
    """Turn to the last resort. The whole policy counts as passed: it is tried again in a loop."""
    user_ids = _existing(roster.catch_all, roster)
    instead = "the catch-all is paged instead" if user_ids else "there is no catch-all either"
    return Step(
        level=max(0, len(policy.rules) - 1),
        loop=loop,
        user_ids=user_ids,
        reason=f"Nobody can be paged through the escalation policy {policy.name}; {instead}.",
    )


def people(rule: Rule, roster: Roster) -> tuple[str, ...]:
    """Return whom a level pages now: everyone, each once, or the next in the round."""
    targets = rule.targets
    if rule.strategy == "assign_to_everyone":
        return _existing((_person(target, roster) for target in targets), roster)
    turn = roster.ring.get(rule.id, 0) % max(1, len(targets))
    in_turn = (*targets[turn:], *targets[:turn])
    return _existing((_person(target, roster) for target in in_turn), roster)[:1]


def escalates_at(incident: Incident, now: datetime) -> datetime | None:
    """Return when the climb goes on, counted from now; None where nothing climbs."""
    is_climbing = (
        incident.status == "triggered"
        and incident.urgency == "high"
        and incident.assigned_via == "escalation_policy"
        and not incident.exhausted
        and incident.policy.rules
    )
    if not is_climbing:
        return None
    return now + timedelta(minutes=incident.policy.rules[incident.level].delay_minutes)


def pending_actions(incident: Incident) -> list[PendingAction]:
    """Return what will happen to an incident by itself, soonest first."""
    other: Urgency = "low" if incident.urgency == "high" else "high"
    timers: tuple[tuple[PendingActionType, datetime | None, Urgency | None], ...] = (
        ("escalate", incident.escalate_at, None),
        ("unacknowledge", incident.unacknowledge_at, None),
        ("resolve", incident.resolve_at, None),
        ("urgency_change", incident.urgency_change_at, other),
    )
    actions = [PendingAction(type=kind, at=at, to=to) for kind, at, to in timers if at is not None]
    return sorted(actions, key=lambda action: action.at)


def _places(policy: EscalationPolicy, level: int, loop: int) -> Iterator[tuple[int, int]]:
    for ahead in range(level, len(policy.rules)):
        yield ahead, loop
    if loop < policy.num_loops:
        for again in range(min(level, len(policy.rules))):
            yield again, loop + 1


def _person(target: Target, roster: Roster) -> str | None:
    return target.id if target.kind == "user" else roster.holders.get(target.id)


def _existing(user_ids: Iterable[str | None], roster: Roster) -> tuple[str, ...]:
    return _unique(id_ for id_ in user_ids if id_ is not None and id_ in roster.users)


def _unique(user_ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(user_ids))
