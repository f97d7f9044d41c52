"""How often one key may ask: a bucket of tokens for each, in memory, refilled all the time."""

import math
from datetime import datetime
from typing import Final

import msgspec

MOST: Final = 10_000


class Allowance(msgspec.Struct, frozen=True):
    """What is left after a request, and in how many seconds there is one more (or all again)."""

    limit: int
    remaining: int
    reset: int
    is_exceeded: bool

    @property
    def headers(self) -> dict[str, str]:
        """How clients are told."""
        return {
            "ratelimit-limit": str(self.limit),
            "ratelimit-remaining": str(self.remaining),
            "ratelimit-reset": str(self.reset),
        }


class RateLimit:
    """Lets each key spend as many requests at once as it may make in a minute.

    Of so many keys at most it is known what they spent; whoever asked least lately is forgotten.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._levels: dict[str, tuple[float, datetime]] = {}

    def spend(self, key_id: str, now: datetime, *, per_minute: int) -> Allowance:
        """Take one token, if there is one."""
        per_second = per_minute / 60
        level, since = self._levels.get(key_id, (float(per_minute), now))
        gained = max(0.0, (now - since).total_seconds()) * per_second
        level = min(float(per_minute), level + gained)
        is_exceeded = level < 1
        level -= 0 if is_exceeded else 1
        self._levels.pop(key_id, None)  # so that it becomes the youngest
        self._levels[key_id] = (level, now)
        if len(self._levels) > self._most:
            del self._levels[next(iter(self._levels))]
        missing = 1 - level if is_exceeded else per_minute - level
        reset = math.ceil(missing / per_second)
        return Allowance(per_minute, int(level), reset, is_exceeded)
