"""Limits: how many messages a provider carries a minute, and when those beyond have their turn."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from tocsin.domain.reaching.provider import Provider

SPAN: Final = timedelta(minutes=1)
SHORTEST_WAIT: Final = timedelta(seconds=1)
LATELY: Final = timedelta(minutes=10)  # whoever was told since lets others go first
ALARM_AFTER: Final = timedelta(minutes=5)
MOST_PER_MINUTE: Final = 100_000

NO_LIMIT_LIKE_THAT: Final = (
    f"Messages a minute must be a whole number from 1 to {MOST_PER_MINUTE}, or blank for no limit."
)


def faults_of_limit(most: int | None) -> Iterator[str]:
    """Say what is wrong with a limit; None is none."""
    if most is not None and not 1 <= most <= MOST_PER_MINUTE:
        yield NO_LIMIT_LIKE_THAT


def turn_at(opens: Sequence[datetime], rank: int, most: int, now: datetime) -> datetime:
    """Return when a message has its turn, before which ``rank`` others have theirs.

    ``opens`` are the instants, in order, at which what has left makes room; of ``most`` a minute,
    the others have room now.
    """
    minutes, place = divmod(rank, most)
    free = most - len(opens)
    at = now if place < free else opens[place - free]
    return at + minutes * SPAN


def looks_again_at(turn: datetime, ends: Iterable[datetime], now: datetime) -> datetime:
    """Return when to look again after what waits for its turn.

    That is at its turn, or before, when one's patience ``ends``, and at least once a minute: others
    may have given up their turns.
    """
    soonest = min((turn, now + SPAN, *(at for at in ends if at > now)))
    return max(soonest, now + SHORTEST_WAIT)


def reason_of(full: Iterable[Provider]) -> str:
    """Say in a sentence whose limits something waits for."""
    return f"{', '.join(f'{one.name} carries at most {_many(one)}' for one in full)}."


def _many(provider: Provider) -> str:
    count = provider.most_per_minute
    return "one message a minute" if count == 1 else f"{count} messages a minute"
