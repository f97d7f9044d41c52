"""Wall time: what the clock on a wall shows, and the instant at which it first shows it.

Instants and readings are whole microseconds since 1970: instants in UTC, readings as if the wall
were in UTC. Where clocks are set forward a stretch of readings is skipped, where they are set back
one comes twice. One sentence settles both: *a reading comes at the first instant at which the
clock shows it or a later one*. So a skipped reading comes right after the gap, and of a repeated
one the first passing counts. Readings therefore never run backwards, and whatever is counted in
them has neither gap nor overlap.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from tocsin.domain.duty.schedule import FOREVER

SECOND = 1_000_000
DAY = 86_400 * SECOND

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KNOWN_DAYS = 36_525  # until 2070; outside these hundred years a zone keeps its nearest offset
_STEP = 3  # days; no zone changes its offset twice within five, and samples stray by one each way


def to_instant(moment: datetime) -> int:
    """Return the microseconds from 1970 to an aware datetime."""
    return (moment - _EPOCH) // _MICROSECOND


def to_datetime(instant: int) -> datetime:
    """Return an instant as a datetime in UTC."""
    return _EPOCH + _MICROSECOND * instant


FIRST_INSTANT = to_instant(datetime.min.replace(tzinfo=UTC))
LAST_INSTANT = to_instant(FOREVER)
FIRST_READING = 2 * FIRST_INSTANT  # wider than any zone needs
LAST_READING = 2 * LAST_INSTANT
_DAWN = FIRST_READING - 1


class WallClock(msgspec.Struct, frozen=True, gc=False):
    """The clock of one zone, as stretches of a constant offset from UTC.

    ``starts``: the instant at which each stretch begins. ``offsets``: reading less instant.
    ``reached``: the latest reading shown before the stretch began.
    """

    starts: tuple[int, ...]
    offsets: tuple[int, ...]
    reached: tuple[int, ...]

    def reading(self, instant: int) -> int:
        """Return the latest reading that the clock has shown up to ``instant``."""
        stretch = bisect_right(self.starts, instant) - 1
        shown = instant + self.offsets[stretch]
        reached = self.reached[stretch]
        return shown if shown > reached else reached

    def instant(self, reading: int) -> int:
        """Return the first instant at which the clock shows ``reading`` or a later one."""
        stretch = bisect_left(self.reached, reading) - 1
        shown = reading - self.offsets[stretch]
        start = self.starts[stretch]
        return shown if shown > start else start


@cache
def wall_clock(time_zone: str) -> WallClock:
    """Return the clock of an IANA zone (a few milliseconds the first time, then kept)."""
    changes = _changes(ZoneInfo(time_zone))
    starts, offsets = zip(*changes, strict=True)
    reached = [_DAWN]
    for (_, offset), (end, _) in pairwise(changes):
        reached.append(max(reached[-1], end + offset - 1))
    return WallClock(starts, offsets, tuple(reached))


def _changes(zone: ZoneInfo) -> list[tuple[int, int]]:
    """Return each instant at which the offset changes, and the offset from then on."""
    offsets = [zone.utcoffset(sample) or timedelta() for sample in _samples()]
    changes = [(_DAWN, offsets[0] // _MICROSECOND)]
    for number, (before, after) in enumerate(pairwise(offsets)):
        if before != after:
            low, high = number * _STEP - 1, (number + 1) * _STEP + 1
            change = _find_change(zone, low * DAY, high * DAY)
            changes.append((change, after // _MICROSECOND))
    return changes


@cache
def _samples() -> tuple[datetime, ...]:
    """Return readings (which are less than a day from the instants of the same name)."""
    return tuple(datetime(1970, 1, 1) + timedelta(days=day) for day in range(0, _KNOWN_DAYS, _STEP))


def _find_change(zone: ZoneInfo, low: int, high: int) -> int:
    """Return the first whole second between two instants that has the offset of the latter."""
    after = to_datetime(high).astimezone(zone).utcoffset()
    while high - low > SECOND:
        middle = (low + high) // (2 * SECOND) * SECOND
        if to_datetime(middle).astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high
