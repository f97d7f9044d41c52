"""Foresight: whom a policy would page, and when, for as long as nobody answered."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.response.command import Roster
from tocsin.domain.response.escalation import Step, call, call_after


class Call(msgspec.Struct, frozen=True):
    """A step of the climb, and when it would be taken."""

    at: datetime
    step: Step


class Foresight(msgspec.Struct, frozen=True, kw_only=True):
    """All steps in order. From ``over_at`` on nobody else would be paged."""

    calls: tuple[Call, ...]
    over_at: datetime


def foresee(
    policy: EscalationPolicy, roster_at: Callable[[datetime], Roster], now: datetime
) -> Foresight:
    """Climb a policy as an incident would that began now.

    ``roster_at`` tells who can be paged at an instant: schedules may be handed off on the way up.
    What a round robin level deals on the way up counts for its next turn.
    """
    at, dealt = now, Counter[str]()
    step: Step | None = call(policy, roster_at(now))
    calls = []
    while step:
        calls.append(Call(at, step))
        if step.dealt:
            dealt[step.dealt] += 1
        if not policy.rules:
            break
        at += timedelta(minutes=policy.rules[step.level].delay_minutes)
        roster = _dealt_on(roster_at(at), dealt)
        step = call_after(policy, step.level, step.loop, roster)
    return Foresight(calls=tuple(calls), over_at=at)


def _dealt_on(roster: Roster, dealt: Counter[str]) -> Roster:
    ring = {rule_id: roster.ring.get(rule_id, 0) + turns for rule_id, turns in dealt.items()}
    return replace(roster, ring={**roster.ring, **ring})
