"""Watches: who holds a schedule now, until when, and who comes next."""

from datetime import datetime

import msgspec

from tocsin.domain.duty.lookup import Span, run_from
from tocsin.domain.duty.rendering import look_up
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.duty.wall_time import LAST_INSTANT, to_datetime, to_instant


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """One person's time on a schedule as it is seen from ``since``, and the time after it.

    Of the two people None means nobody: a gap. An end is None where it is more than a year away.
    """

    since: datetime
    user_id: str | None
    until: datetime | None
    next_user_id: str | None = None
    next_until: datetime | None = None

    def covers(self, at: datetime) -> bool:
        """Say whether this is the watch of an instant."""
        return self.since <= at and (self.until is None or at < self.until)


def watch_at(schedule: Schedule, now: datetime) -> Watch:
    """Return the present watch of a schedule."""
    lookup = look_up(schedule)
    present = run_from(lookup, to_instant(now))
    user_id, until = present.user_id or None, _end(present)
    if until is None:
        return Watch(since=now, user_id=user_id, until=None)
    then = run_from(lookup, present.end)
    return Watch(
        since=now,
        user_id=user_id,
        until=until,
        next_user_id=then.user_id or None,
        next_until=_end(then),
    )


def _end(run: Span) -> datetime | None:
    return None if run.end >= LAST_INSTANT else to_datetime(run.end)
