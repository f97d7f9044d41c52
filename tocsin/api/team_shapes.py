"""Teams as they look on the wire, by themselves and in what belongs to them."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from tocsin.api.incoming import Ref
from tocsin.api.shapes import Links
from tocsin.domain.people.team import Team
from tocsin.usecases.errors import Invalid

TEAMS: Final = "teams"  # the word that include[] knows, and the field that holds them


def team_shape(links: Links, team: Team) -> dict[str, Any]:
    """Return a team."""
    return links.head("team", team.id, team.name) | {
        "name": team.name,
        "description": team.description,
        "default_role": team.default_role,
    }


def teams_shape(
    links: Links, teams: Iterable[Team], includes: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Return the teams of something: references, or wholes if they are included."""
    if TEAMS in includes:
        return [team_shape(links, team) for team in teams]
    return [links.ref("team", team.id, team.name) for team in teams]


def team_ids_of(refs: Iterable[Ref]) -> tuple[str, ...]:
    """Return which teams references name, each once. Raises Invalid if one names another thing."""
    ids = dict.fromkeys(ref.id for ref in refs if ref.kind == "team" or not ref.type)
    if any(ref.id not in ids for ref in refs):
        raise Invalid("Teams must be references to teams.")
    return tuple(ids)
