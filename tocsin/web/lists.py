"""Lists: which part of one an address asks for, and what it can be narrowed to."""

from collections.abc import Sequence
from typing import Final, TypeVar
from urllib.parse import urlencode

from tocsin.kit.text import is_digits
from tocsin.usecases.parts import Part
from tocsin.usecases.people import teams
from tocsin.web.visit import Visit

Item = TypeVar("Item")

PER_PAGE: Final = 25
LAST_PAGE: Final = 400
MOST_TEAMS: Final = 1000  # to choose from


def page_asked(visit: Visit) -> int:
    """Read which page is wanted; whatever is no number means the first."""
    text = visit.query.get("page", "")
    return min(max(int(text), 1), LAST_PAGE) if is_digits(text, 8) else 1


def part_of(page: int, *, counted: bool = False) -> Part:
    """Return what to read for a page: one more than it shows, to know whether there is more."""
    return Part(limit=PER_PAGE + 1, offset=(page - 1) * PER_PAGE, counted=counted)


def cut(found: Sequence[Item]) -> tuple[Sequence[Item], bool]:
    """Return what a page shows of what was read for it, and whether there is more."""
    return found[:PER_PAGE], len(found) > PER_PAGE


def address_of_part(path: str, page: int = 1, **asked: str | None) -> str:
    """Return the address of a part of a list; what is not asked for is left out."""
    said = {name: value for name, value in asked.items() if value}
    if page > 1:
        said["page"] = str(page)
    return f"{path}?{urlencode(said)}" if said else path


async def team_options(visit: Visit, nothing: str) -> list[tuple[str, str]]:
    """Return what a field offers that chooses a team, or none of them."""
    found, _ = await teams.find(visit.house, None, Part(limit=MOST_TEAMS))
    return [("", nothing), *((team.id, team.name) for team in found)]
