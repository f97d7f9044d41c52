"""Breath between messages to one address: nobody reads twenty mails a second."""

from typing import Final

BURST: Final = 8  # messages that may follow each other at once
EVERY: Final = 0.25  # seconds between further ones; what becomes due meanwhile goes together
MOST_REMEMBERED: Final = 10_000


class Breath:
    """Says how long an address is left alone after a message. Idle addresses are forgotten."""

    def __init__(self) -> None:
        self._paid_until: dict[str, float] = {}

    def after(self, address: str, now: float) -> float:
        """Note a message at ``now`` (seconds of any clock); return how long to wait after it."""
        if len(self._paid_until) >= MOST_REMEMBERED:
            self._paid_until = {a: until for a, until in self._paid_until.items() if until > now}
        until = max(self._paid_until.get(address, now), now) + EVERY
        self._paid_until[address] = until
        return max(0.0, until - now - BURST * EVERY)
