"""Calendars: shifts as entries that calendar programs fetch from a secret address."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Final

import msgspec

from tocsin.domain.duty.rendering import render
from tocsin.domain.duty.schedule import Range, Schedule, Shift

BACK: Final = timedelta(days=30)
AHEAD: Final = timedelta(days=90)


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's address for a schedule or, without one, for their own shifts everywhere."""

    id: str
    user_id: str
    schedule_id: str | None = None
    token_hash: bytes
    token_encrypted: bytes
    created_at: datetime


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A shift as a calendar shows it. ``uid`` stays the same as long as person and start do."""

    uid: str
    schedule_id: str
    user_id: str
    start: datetime
    end: datetime


def window(now: datetime) -> Range:
    """Return the time that calendars tell of. It moves on at midnight UTC."""
    today = datetime.combine(now.astimezone(UTC), time(), UTC)
    return Range(today - BACK, today + AHEAD)


def entries(schedule: Schedule, asked: Range, user_id: str | None = None) -> Iterator[Entry]:
    """Return the shifts of a schedule, or those of one person, with their real starts and ends.

    What goes on beyond the time asked about ends with it, if its end is not in sight.
    """
    for shift in render(schedule, asked.since, asked.until, overflow=True):
        if user_id in {None, shift.user_id}:
            yield _entry(schedule, shift, asked)


def _entry(schedule: Schedule, shift: Shift, asked: Range) -> Entry:
    is_endless = shift.end > asked.until + AHEAD
    return Entry(
        uid=f"{schedule.id}-{shift.user_id}-{shift.start:%Y%m%dT%H%M%SZ}",
        schedule_id=schedule.id,
        user_id=shift.user_id,
        start=shift.start,
        end=asked.until if is_endless else shift.end,
    )
