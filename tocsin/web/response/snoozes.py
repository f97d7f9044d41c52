"""Snoozes: how long an incident may sleep, as people choose it."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final

from tocsin.web.days import date_in, first_instant
from tocsin.web.words import clock

HOUR: Final = timedelta(hours=1)
MORNING: Final = time(8)

Snooze = tuple[str, str, str]  # what a form says, what its button says, and what is said of it


def snoozes(now: datetime, zone: str) -> Iterator[Snooze]:
    """Offer an hour, four, and the rest of the night."""
    yield "hour", "1 hour", "for an hour"
    yield "four", "4 hours", "for 4 hours"
    until = f"until {clock(next_morning(now, zone), zone, now)}"
    yield "morning", until.capitalize(), until


def length(chosen: str, now: datetime, zone: str) -> timedelta | None:
    """Return how long a choice lasts from now on; None if there is no such choice."""
    lengths = {"hour": HOUR, "four": 4 * HOUR, "morning": next_morning(now, zone) - now}
    return lengths.get(chosen)


def next_morning(now: datetime, zone: str) -> datetime:
    """Return the next time that clocks in the zone show eight, but for the last hour before it."""
    today = date_in(zone, now)
    morning = first_instant(today, zone, MORNING)
    if morning - now >= HOUR:
        return morning
    return first_instant(today + timedelta(days=1), zone, MORNING)
