"""Values that monitors measured, with their units, as people read them."""

from collections.abc import Iterator, Mapping
from itertools import chain
from math import log10
from typing import Any, Final

from tocsin.domain.monitoring.measured import VALUES

SECOND: Final = 1000  # milliseconds
DAY: Final = 86_400  # seconds
HOUR: Final = 3600
MINUTE: Final = 60
LARGE: Final = 10_000
LETTERS: Final = ("", "k", "M", "G", "T")

_KNOWN: Final = tuple(dict.fromkeys(value.name for value in chain(*VALUES.values())))
_ORDER: Final = {name: place for place, name in enumerate(_KNOWN)}
_UNITS: Final = {value.name: value.unit for values in VALUES.values() for value in values}


def readings(values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Write what was measured as people read it: what is known first, in its order."""
    for name in sorted(values, key=lambda name: _ORDER.get(name, len(_ORDER))):
        words = name.replace("_", " ")
        yield words[:1].upper() + words[1:].replace("json", "JSON"), measured(values[name], name)


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
