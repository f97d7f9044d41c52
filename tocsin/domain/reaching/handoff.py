"""Hand-offs: whose shift begins or ends when, and who wants to be told how long before."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from tocsin.domain.duty.rendering import render
from tocsin.domain.duty.schedule import FOREVER, Schedule

HandoffType = Literal["both", "oncall", "offcall"]

LATE = timedelta(minutes=10)  # by so much a notice may be late; then nobody needs it any more


class HandoffRule(msgspec.Struct, frozen=True, kw_only=True):
    """Tell a person by a contact method, so many minutes before a shift begins or ends."""

    id: str
    user_id: str
    contact_method_id: str
    handoff_type: HandoffType = "both"
    advance_minutes: int = 0
    created_at: datetime

    @property
    def advance(self) -> timedelta:
        """How long before the shift they want to hear of it."""
        return timedelta(minutes=self.advance_minutes)


class StatusUpdateRule(msgspec.Struct, frozen=True, kw_only=True):
    """Tell a person of status updates by a contact method."""

    id: str
    user_id: str
    contact_method_id: str
    created_at: datetime


class Turning(msgspec.Struct, frozen=True, kw_only=True):
    """An instant at which a person's shift begins or ends."""

    at: datetime
    begins: bool


def turnings(schedule: Schedule, rule: HandoffRule, now: datetime) -> Iterator[Turning]:
    """Return what a rule tells its person of a schedule now: what is near enough, and not over."""
    since, until = now - LATE, now + rule.advance
    for shift in render(schedule, since, until + timedelta(seconds=1), overflow=True):
        if shift.user_id != rule.user_id:
            continue
        if rule.handoff_type != "offcall" and since < shift.start <= until:
            yield Turning(at=shift.start, begins=True)
        if rule.handoff_type != "oncall" and since < shift.end <= until and shift.end != FOREVER:
            yield Turning(at=shift.end, begins=False)
