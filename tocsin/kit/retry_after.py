"""How long the other side asks us to wait before we try again."""

from typing import Final

from tocsin.kit.text import is_digits

MOST: Final = 3600
TRY_AGAIN: Final = frozenset({408, 425, 429})


def seconds_of(retry_after: str) -> int:
    """Return the seconds of a ``Retry-After`` header, an hour at most; a date counts as none."""
    return min(int(retry_after[:9]), MOST) if is_digits(retry_after, 30) else 0


def may_succeed_later(status: int) -> bool:
    """Say whether the same request may do better at another time."""
    return status in TRY_AGAIN or status >= 500
