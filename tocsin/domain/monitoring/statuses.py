"""HTTP statuses as people write them: 200, 2xx or 200-204."""

import re
from collections.abc import Iterable
from typing import Final

_CLASS: Final = re.compile(r"([1-5])xx", re.IGNORECASE)
_RANGE: Final = re.compile(r"([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?")


def read_statuses(text: str) -> range:
    """Return which statuses are meant; an empty range if none can be."""
    if found := _CLASS.fullmatch(text):
        first = int(found[1]) * 100
        return range(first, first + 100)
    if found := _RANGE.fullmatch(text):
        return range(int(found[1]), int(found[2] or found[1]) + 1)
    return range(0)


def is_among(status: int, texts: Iterable[str]) -> bool:
    """Say whether a status is one of those that are meant."""
    return any(status in read_statuses(text) for text in texts)
