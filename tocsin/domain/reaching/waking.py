"""Waking: what keeps pages of high urgency from somebody, and who is on call within a day."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

import msgspec

from tocsin.domain.duty.escalation_policy import Target
from tocsin.domain.duty.rendering import render
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.people.user import ContactMethod, NotificationRule
from tocsin.domain.reaching.paging import EMAIL

Hindrance = Literal["Only mailed", "No way to be reached", "No page gets through"]

AHEAD: Final = timedelta(days=1)
ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)  # since when those whom policies name are on call
REASONS: Final[Mapping[Hindrance, str]] = {
    "Only mailed": "there is only mail",
    "No way to be reached": "there is no way at all",
    "No page gets through": "nothing can be sent the way that the steps say",
}


class Vigil(msgspec.Struct, frozen=True, kw_only=True):
    """That somebody is on call from ``shift_at`` on: on a schedule, or as a policy names them."""

    user_id: str
    target_id: str
    shift_at: datetime


def hindrance(
    methods: Iterable[ContactMethod], rules: Iterable[NotificationRule], channels: Collection[str]
) -> Hindrance | None:
    """Say what keeps a page of high urgency from somebody, None if nothing does."""
    used = {rule.contact_method_id for rule in rules if rule.urgency == "high"}
    ways = [method for method in methods if method.id in used]
    if not ways:
        return "Only mailed" if EMAIL in channels else "No way to be reached"
    if not any(way.kind in channels and not way.fault for way in ways):
        return "No page gets through"
    return None


def vigils(
    targets: Iterable[Target], schedules: Mapping[str, Schedule], now: datetime
) -> Iterator[Vigil]:
    """Find who is on call now, or will be within a day, by what policies page."""
    for target in targets:
        if target.kind == "user":
            yield Vigil(user_id=target.id, target_id=target.id, shift_at=ALWAYS)
        elif target.id in schedules:
            for shift in render(schedules[target.id], now, now + AHEAD, overflow=True):
                yield Vigil(user_id=shift.user_id, target_id=target.id, shift_at=shift.start)
