"""Cadence: the fixed instants at which the rounds of a monitor fall, the same for all agents."""

import zlib
from datetime import UTC, datetime, timedelta
from typing import Final

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)


def last_round(monitor_id: str, interval: int, now: datetime) -> datetime:
    """Return the newest round at or before ``now``.

    Rounds of different monitors are spread over the interval, so that they do not all fall at once.
    """
    every = interval * 1000
    phase = zlib.crc32(monitor_id.encode()) % every
    past = (now - EPOCH) // MILLISECOND - phase
    return EPOCH + (past // every * every + phase) * MILLISECOND


def next_round(monitor_id: str, interval: int, now: datetime) -> datetime:
    """Return the first round after ``now``."""
    return last_round(monitor_id, interval, now) + timedelta(seconds=interval)
