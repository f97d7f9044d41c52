"""Lists: which part of one an address asks for, and what it can be narrowed to."""

from typing import Final
from urllib.parse import urlencode

from tocsin.usecases import teams
from tocsin.usecases.parts import Part
from tocsin.web.visit import Visit

PER_PAGE: Final = 25
LAST_PAGE: Final = 400
MOST_TEAMS: Final = 1000  # to choose from


def page_asked(visit: Visit) -> int:
    """Read which page is wanted; whatever is no number means the first."""
    text = visit.query.get("page", "")
    is_number = text.isascii() and text.isdecimal() and len(text) < 9
    return min(max(int(text), 1), LAST_PAGE) if is_number else 1


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
