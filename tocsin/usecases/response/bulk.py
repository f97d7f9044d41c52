"""Several incidents at once: what can be done is done, and the rest is told."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from tocsin.domain.response.incident import Incident
from tocsin.usecases.errors import NotFound, Refused
from tocsin.usecases.house import House
from tocsin.usecases.response.incidents import By, Change, change


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Which incidents were changed, and why others were not, by their ids."""

    done: Sequence[Incident]
    refused: Mapping[str, str] = {}


async def change_each(house: House, changes: Sequence[Change], by: By, now: datetime) -> Outcome:
    """Make all changes in one go or, if one of them is refused, each that can be made."""
    try:
        return Outcome(done=await change(house, changes, by, now))
    except (Refused, NotFound):
        return await _one_by_one(house, changes, by, now)


async def _one_by_one(house: House, changes: Sequence[Change], by: By, now: datetime) -> Outcome:
    done: list[Incident] = []
    refused: dict[str, str] = {}
    for wanted in changes:
        try:
            done += await change(house, [wanted], by, now)
        except (Refused, NotFound) as refusal:
            refused[wanted.incident_id] = str(refusal)
    return Outcome(done=done, refused=refused)
