"""Names of time zones: which there are, asked of the disk once."""

from functools import cache
from zoneinfo import available_timezones


def is_zone(name: str) -> bool:
    """Say whether the IANA time zone database knows a zone of this name."""
    return name in _names()


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
