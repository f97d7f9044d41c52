"""How often one key may ask: a bucket of tokens for each, in memory, refilled all the time."""

import math
from datetime import datetime
from typing import Final

import msgspec

PER_MINUTE: Final = 3000


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
    """Lets each key spend ``per_minute`` requests at once, and as many in each minute."""

    def __init__(self, per_minute: int = PER_MINUTE) -> None:
        self._most = per_minute
        self._per_second = per_minute / 60
        self._levels: dict[str, tuple[float, datetime]] = {}

    def spend(self, key_id: str, now: datetime) -> Allowance:
        """Take one token, if there is one."""
        level, since = self._levels.get(key_id, (float(self._most), now))
        gained = max(0.0, (now - since).total_seconds()) * self._per_second
        level = min(float(self._most), level + gained)
        is_exceeded = level < 1
        level -= 0 if is_exceeded else 1
        self._levels[key_id] = (level, now)
        missing = 1 - level if is_exceeded else self._most - level
        reset = math.ceil(missing / self._per_second)
        return Allowance(self._most, int(level), reset, is_exceeded)
