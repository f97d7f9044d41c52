"""Instants in forms: a wall clock's reading in a zone that the form names."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.domain.faults import faults_of_zone
from tocsin.kit.zones import is_zone
from tocsin.usecases.errors import Invalid
from tocsin.usecases.wishes import refuse

FIRST: Final = "first"
SECOND: Final = "second"
WHICH: Final = "_which"  # ends the name of the field that says which of two is meant


def read_instant(form: Mapping[str, str], label: str, name: str, zone: str) -> datetime:
    """Read what ``instant_field`` asked for. Raises Invalid with a sentence that begins with label.

    A reading that clocks leave out is refused; of one that they show twice the form must say
    which is meant.
    """
    wall = _wall(form.get(name, ""))
    if wall is None:
        raise Invalid(f"{label} must be a date and a time.")
    refuse(faults_of_zone("Time zone", zone))
    first, second = _both(wall, zone)
    which = form.get(name + WHICH, "")
    if first > second:
        raise Invalid(
            f"{label} cannot be {_written(wall)}: clocks in {zone} are set forward past it."
            " Choose an earlier or a later time."
        )
    if first < second and which not in {FIRST, SECOND}:
        raise Invalid(
            f"{label} {_written(wall)} comes twice in {zone}, where clocks are set back then."
            " Say which one is meant."
        )
    return second if which == SECOND else first


def draft_instant(name: str, at: datetime, zone: str) -> dict[str, str]:
    """Return the fields that ``instant_field`` shows an instant with."""
    local = at.astimezone(ZoneInfo(zone))
    which = SECOND if local.fold else FIRST
    return {name: f"{local:%Y-%m-%dT%H:%M}", name + WHICH: which}


def choices(text: str, zone: str) -> Sequence[tuple[str, str]]:
    """Name the two instants at which a clock shows this; nothing for all other readings."""
    wall = _wall(text)
    if wall is None or not is_zone(zone):
        return ()
    first, second = _both(wall, zone)
    if first >= second:
        return ()
    clock = ZoneInfo(zone)
    return (
        (FIRST, f"The first, in {first.astimezone(clock):%Z}"),
        (SECOND, f"The second, {_length(second - first)} later, in {second.astimezone(clock):%Z}"),
    )


def _wall(text: str) -> datetime | None:
    """Read the reading of a clock, as browsers send it; years must be those of our time."""
    try:
        wall = datetime.fromisoformat(text)
    except ValueError:
        return None
    return wall if wall.tzinfo is None and 1971 <= wall.year <= 9000 else None


def _both(wall: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the instants before and after a change of clocks at which they may show this.

    They are the same but near a change: in order if it comes twice, out of order if never.
    """
    clock = ZoneInfo(zone)
    first, second = (wall.replace(tzinfo=clock, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


def _written(wall: datetime) -> str:
    return f"{wall:%a} {wall.day} {wall:%b %Y, %H:%M}"


def _length(span: timedelta) -> str:
    minutes = span // timedelta(minutes=1)
    return f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
