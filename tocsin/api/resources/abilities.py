"""Abilities: clients ask for them when they start, to see whether their key is good."""

from typing import Any

from tocsin.api.rest import Call, Resource
from tocsin.domain.ability import ABILITIES as GIVEN
from tocsin.domain.ability import WITHHELD
from tocsin.usecases.errors import NotFound, PaymentRequired

ABILITIES = Resource("/abilities", scope="abilities")


@ABILITIES.lists("listAbilities")
async def list_abilities(_call: Call) -> dict[str, Any]:
    """List the abilities of the account."""
    return {"abilities": GIVEN}


@ABILITIES.op("getAbility", "GET", "/{id}", status=204)
async def try_ability(_call: Call, id: str) -> None:
    """Answer whether the account has an ability: yes, no, or that there is no such ability."""
    if id in WITHHELD:
        raise PaymentRequired(f"This account does not have the ability “{id}”.")
    if id not in GIVEN:
        raise NotFound("Ability", id)
