"""Quiet: the hours of the night by somebody's own wall clock."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.domain.people.user import QuietHours

MINUTES_OF_A_DAY: Final = 24 * 60
NIGHT: Final = QuietHours(22 * 60, 7 * 60)


def quiet_until(hours: QuietHours, at: datetime, zone: str) -> datetime | None:
    """Return when the quiet that holds at an instant is over; None if none holds.

    Where clocks are set back in the meantime, it ends at the first such time on the wall; a time
    that is leapt over counts as the one an hour later.
    """
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    since_start = (minute - hours.start) % MINUTES_OF_A_DAY
    length = (hours.end - hours.start) % MINUTES_OF_A_DAY
    if since_start >= length:
        return None
    day = local.date() + timedelta(days=minute >= hours.end)
    wall = time(hours.end // 60, hours.end % 60)
    return datetime.combine(day, wall, local.tzinfo).astimezone(at.tzinfo)
