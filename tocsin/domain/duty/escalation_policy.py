"""Escalation policies: who is woken, and who next when nobody answers."""

from typing import Literal

import msgspec

TargetKind = Literal["user", "schedule"]
Strategy = Literal["assign_to_everyone", "round_robin"]


class Target(msgspec.Struct, frozen=True):
    """Somebody to page: a user, or whoever holds a schedule at that moment."""

    kind: TargetKind
    id: str


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One level: its targets, and the minutes to wait before the next level."""

    id: str
    delay_minutes: int
    targets: tuple[Target, ...]
    strategy: Strategy = "assign_to_everyone"


class EscalationPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Levels climbed in order, ``num_loops`` more times after the first (0-9).

    At most one team answers for it.
    """

    id: str
    name: str
    rules: tuple[Rule, ...]
    num_loops: int = 0
    description: str | None = None
    on_call_handoff_notifications: Literal["if_has_services", "always"] = "if_has_services"
    team_ids: tuple[str, ...] = ()
