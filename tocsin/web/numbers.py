"""Numbers as forms say them: what is none is read as one that every rule refuses."""

from typing import Final

from tocsin.kit.text import is_digits

NO_NUMBER: Final = -1
MOST_DIGITS: Final = 8


def number_in(text: str) -> int:
    """Read a number that must be there."""
    said = text.strip()
    return int(said) if is_digits(said, MOST_DIGITS) else NO_NUMBER


def number_if_any(text: str) -> int | None:
    """Read a number that may be left out."""
    return number_in(text) if text.strip() else None
