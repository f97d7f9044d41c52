"""How a service groups its alerts: what may be said about it, to the letter.

The setting is kept as clients write it: ``{"type": …, "config": {…}}``. Unlike everywhere else an
unknown key is a fault: a misspelt one would group nothing, and nobody would know.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

READ_ONLY: Final = "recommended_time_window"
LONGEST_TIMEOUT: Final = 1440  # minutes
SHORTEST_WINDOW: Final = 300  # seconds
LONGEST_WINDOW: Final = 3600
WHOLE_DAY: Final = 86_400
MOST_FIELDS: Final = 20

_WHERE: Final = "Alert grouping parameters"


def faults_of_grouping(parameters: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with how alerts shall be grouped."""
    kind, config = parameters.get("type"), parameters.get("config", {})
    yield from _unknown(parameters, {"type", "config"}, _WHERE)
    if kind not in tuple(_CONFIGS):
        yield f"{_WHERE} must have a type of {', '.join(_CONFIGS)} or null."
    elif not isinstance(config, dict):
        yield f"{_WHERE} must have an object as config."
    else:
        yield from _CONFIGS[kind](config)


def _faults_of_time(config: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(config, {"timeout"}, f"{_WHERE} of type time")
    if not _is_number(config.get("timeout", 0), 0, LONGEST_TIMEOUT):
        yield f"{_WHERE} must have a timeout of 0 to {LONGEST_TIMEOUT} minutes."


def _faults_of_intelligent(config: Mapping[str, Any]) -> Iterator[str]:
    yield from _unknown(config, {"time_window", READ_ONLY}, f"{_WHERE} of type intelligent")
    yield from _faults_of_window(config, ())


def _faults_of_content(config: Mapping[str, Any]) -> Iterator[str]:
    known = {"aggregate", "fields", "time_window", READ_ONLY}
    yield from _unknown(config, known, f"{_WHERE} of type content_based")
    if config.get("aggregate") not in ("all", "any"):
        yield f"{_WHERE} must have an aggregate of all or any."
    fields = config.get("fields")
    if not isinstance(fields, list) or not 1 <= len(fields) <= MOST_FIELDS:
        yield f"{_WHERE} must name 1 to {MOST_FIELDS} fields."
    elif not all(isinstance(field, str) and field for field in fields):
        yield f"{_WHERE} must have texts as fields."
    yield from _faults_of_window(config, (WHOLE_DAY,))


def _faults_of_window(config: Mapping[str, Any], besides: tuple[int, ...]) -> Iterator[str]:
    window = config.get("time_window", 0)
    ranges = ((SHORTEST_WINDOW, LONGEST_WINDOW), (0, 0), *((only, only) for only in besides))
    if not any(_is_number(window, least, most) for least, most in ranges):
        longer = "".join(f" or {seconds}" for seconds in besides)
        yield (
            f"{_WHERE} must have a time window of {SHORTEST_WINDOW} to {LONGEST_WINDOW}"
            f"{longer} seconds, or 0."
        )


def _unknown(found: Mapping[str, Any], known: set[str], where: str) -> Iterator[str]:
    for key in sorted(found.keys() - known):
        yield f"{where} cannot have {key}."


def _is_number(value: object, least: int, most: int) -> bool:
    """Say whether a value is whole, no true or false, and within bounds."""
    return type(value) is int and least <= value <= most


_CONFIGS: Final[dict[str, Callable[[Mapping[str, Any]], Iterator[str]]]] = {
    "time": _faults_of_time,
    "intelligent": _faults_of_intelligent,
    "content_based": _faults_of_content,
}
