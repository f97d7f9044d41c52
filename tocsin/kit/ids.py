"""Identifiers: short, sortable by the time of their making, in the shape clients expect."""

import secrets
import threading
import time

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
LENGTH = 13
EPOCH_MS = 1_735_689_600_000  # 2025-01-01T00:00:00Z
SEQUENCE_BITS = 24

_PAIRS = tuple(a + b for a in ALPHABET for b in ALPHABET)
_lock = threading.Lock()
_last = 0


def new_id(prefix: str = "P") -> str:
    """Return ``prefix`` and 13 base-32 characters, greater than every id made here before.

    ``P`` names what people configure, ``Q`` what happens (incidents, alerts, log entries).
    41 bits count milliseconds since 2025; 24 bits start at random in each new millisecond and
    count from there, so that two nodes hardly ever meet and a unique index catches it if they do.
    """
    return prefix + _text(_next())


def new_secret(length: int = 20) -> str:
    """Return a random key of ``length`` characters, as API keys are written."""
    return "".join(secrets.choice(_KEY_LETTERS) for _ in range(length))


_KEY_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-"


def _next() -> int:
    global _last  # noqa: PLW0603 - one counter per process is the point
    millisecond = time.time_ns() // 1_000_000 - EPOCH_MS
    with _lock:
        if millisecond > _last >> SEQUENCE_BITS:
            _last = (millisecond << SEQUENCE_BITS) | secrets.randbits(SEQUENCE_BITS - 1)
        else:
            _last += 1
        return _last


def _text(number: int) -> str:
    """Write 65 bits as 13 characters, two at a time, as ids are made on the hot path."""
    pairs = _PAIRS
    return (
        ALPHABET[(number >> 60) & 31]
        + pairs[(number >> 50) & 1023]
        + pairs[(number >> 40) & 1023]
        + pairs[(number >> 30) & 1023]
        + pairs[(number >> 20) & 1023]
        + pairs[(number >> 10) & 1023]
        + pairs[number & 1023]
    )
