"""Proving: whether a test has become an incident over there, which its acceptance does not say."""

import asyncio
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.monitoring.envoy import Envoy, FarFault
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import far_lines, notification_channels
from tocsin.usecases.monitoring.far_lines import Line
from tocsin.usecases.monitoring.own_side import OwnSide, own_side_of

PATIENCE: Final = 20.0  # seconds, as this; servers make incidents of events by and by
PAUSE: Final = 1.0

UNASKED: Final = (
    "{} That alone is no proof, as servers may accept unknown keys: look for the incident “{}”"
    " over there."
)
NO_INCIDENT: Final = (
    "The event was accepted over there, but no incident came of it: the integration key is wrong."
)
KEY_IS_KNOWN: Final = (
    "The event was accepted over there, but no incident came of it, although the key is right:"
    " is the service disabled, in maintenance, or does it put alerts into other incidents?"
)


async def prove(
    house: House, dispatch: Dispatch, outcome: Outcome, now: datetime, patience: float = PATIENCE
) -> Outcome:
    """Follow a test that was accepted to its incident, if the other side can be asked."""
    trial = await notification_channels.trial_told(house, dispatch) if outcome.ok else None
    if trial is None:
        return outcome
    try:
        side = await _side_of(house, dispatch.destination_id, now)
        if side is None:
            return replace(outcome, detail=UNASKED.format(_ended(outcome.detail), trial.summary))
        return await _look(side, trial.violation_id, outcome, patience)
    except FarFault as fault:
        told = f"{_ended(outcome.detail)} Whether it has arrived is not known: {fault.sentence}"
        return replace(outcome, detail=told)


class _FarSide(msgspec.Struct, frozen=True):
    """Another server, which is asked in the name of whoever signed in there."""

    envoy: Envoy
    line: Line

    async def incident(self, key: str) -> str | None:
        found = (await self.envoy.incidents(self.line.far, [key])).get(key)
        return found.id if found else None

    async def knows_key(self) -> bool:
        return await self.envoy.find_key(self.line.far, self.line.key) is not None


async def _side_of(house: House, channel_id: str, now: datetime) -> _FarSide | OwnSide | None:
    """Return whom to ask, None if nobody answers. Raises FarFault."""
    own = await own_side_of(house, channel_id)
    if own is not None:
        return own
    line = await far_lines.open_line(house, channel_id, now)
    return _FarSide(house.envoy, line) if line and house.envoy else None


async def _look(side: _FarSide | OwnSide, key: str, outcome: Outcome, patience: float) -> Outcome:
    """Look again and again until it is there."""
    until = asyncio.get_running_loop().time() + patience
    while True:
        found = await side.incident(key)
        if found is not None:
            told = f"{_ended(outcome.detail)} The incident was found over there."
            return replace(outcome, detail=told, confirmed=True, remote_id=found)
        if asyncio.get_running_loop().time() >= until:
            break
        await asyncio.sleep(min(PAUSE, patience))
    detail = KEY_IS_KNOWN if await side.knows_key() else NO_INCIDENT
    return replace(outcome, ok=False, detail=detail)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(".") else f"{sentence}."
