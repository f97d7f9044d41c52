"""Keeping what was found: a number, a truth or a short text, whatever the other side gave."""

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import msgspec

from tocsin.kit.text import printable, shortened

LONGEST: Final = 200
LARGEST: Final = 2**53  # beyond, not every whole number can be told from its neighbours


def kept(value: Any) -> bool | int | float | str:
    """Return a value as it can be stored, compared and drawn."""
    match value:
        case bool():
            return value
        case int() | float() | Decimal():
            return _number(value)
        case timedelta():
            return value.total_seconds()
        case datetime() | date() | time():
            return value.isoformat()
        case None:
            return ""
        case _:
            return shortened(printable(as_text(value)), LONGEST)


def _number(value: float | Decimal) -> int | float | str:
    if not math.isfinite(value) or not -LARGEST <= value <= LARGEST:
        return shortened(str(value), LONGEST)
    return float(value) if isinstance(value, Decimal) else value


def as_text(value: Any) -> str:
    """Write a value as JSON does; a text stays as it is."""
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value, enc_hook=str).decode()
