"""Values that monitors measured, with their units, as people read them."""

from math import log10
from typing import Any, Final

from tocsin.domain.measured import VALUES

SECOND: Final = 1000  # milliseconds
DAY: Final = 86_400  # seconds
HOUR: Final = 3600
MINUTE: Final = 60
LARGE: Final = 10_000
LETTERS: Final = ("", "k", "M", "G", "T")

_UNITS: Final = {value.name: value.unit for values in VALUES.values() for value in values}


def measured(value: Any, name: str) -> Any:
    """Write a number that was measured with its unit; leave what is none as it is."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return told(value, _UNITS.get(name, ""))
    return value


def told(figure: float, unit: str) -> str:
    """Write a figure with its unit, as short as it can be read."""
    if unit == "ms":
        return span(figure)
    if unit == "s":
        return _length(figure)
    return f"{_plain(figure)} {unit}".rstrip()


def short(figure: float, unit: str) -> str:
    """Write a figure as it fits beside a plot: a large one with a letter, such as 4.2 M."""
    if unit or abs(figure) < LARGE:
        return told(figure, unit)
    power = min(int(log10(abs(figure)) / 3), len(LETTERS) - 1)
    return f"{figure / 1000**power:.3g} {LETTERS[power]}"


def span(milliseconds: float) -> str:
    """Write how long something took."""
    if milliseconds < SECOND:
        return f"{_plain(milliseconds)} ms"
    return _length(milliseconds / SECOND)


def _length(seconds: float) -> str:
    for length, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= length:
            return f"{_plain(seconds / length)} {unit}"
    return f"{_plain(seconds)} s"


def _plain(figure: float) -> str:
    """Write a number with three digits that matter, without an end of zeros."""
    if abs(figure) >= 100:
        return f"{figure:,.0f}"
    return f"{figure:.3g}" if figure else "0"
