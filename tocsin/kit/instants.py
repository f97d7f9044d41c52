"""Points in time as people and programs write them."""

import re
from datetime import UTC, datetime, tzinfo

_SPACED_OFFSET = re.compile(r"(?<=:\d\d) (?=[-+]?\d\d(:?\d\d)?$)")


def read_instant(text: str, zone: tzinfo = UTC) -> datetime:
    """Read ISO 8601: a date, perhaps a time, perhaps an offset; without one, ``zone``'s wall time.

    A space where an offset begins is the plus sign of an address that was not encoded. Raises
    ValueError.
    """
    text = _SPACED_OFFSET.sub(_sign, text.strip())
    if not _LOOKS_RIGHT.match(text):
        raise ValueError(text)
    instant = datetime.fromisoformat(text)
    try:
        return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None


def write_instant(instant: datetime) -> str:
    """Write an instant to the second, in UTC."""
    return write_local(instant, UTC).removesuffix("+00:00") + "Z"


def write_local(instant: datetime, zone: tzinfo) -> str:
    """Write an instant to the second, as clocks in ``zone`` show it."""
    return instant.astimezone(zone).isoformat(timespec="seconds")


_LOOKS_RIGHT = re.compile(r"\d{4}-?\d\d-?\d\d([T ]\d\d|$)")


def _sign(space: re.Match[str]) -> str:
    return "" if space.string[space.end()] in "+-" else "+"
