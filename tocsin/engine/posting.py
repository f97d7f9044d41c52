"""Posting: letters leave by the mail servers that are set up, and then by that of the settings."""

import asyncio
from contextlib import suppress
from typing import Final

from msgspec.structs import replace

from tocsin.domain.reaching.channel import Delivery, Postman, recordable
from tocsin.domain.reaching.letter import Letter
from tocsin.domain.reaching.paging import EMAIL
from tocsin.engine.carrying import Carrying
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House
from tocsin.usecases.reaching import letters

LONGEST: Final = 12.0  # seconds for each server, so that there is time for another one
NO_MAIL: Final = Delivery(ok=False, detail="No mail server is configured.")
AWAY: Final = Delivery(ok=False, detail="The database is away.", retry=True)


class Posting:
    """A postman who asks one mail server after the other, until one takes the letter."""

    def __init__(self, house: House, carrying: Carrying) -> None:
        self._house = house
        self._carrying = carrying

    async def post(self, letter: Letter) -> Delivery:
        """Carry the letter to its address. Whose address is wrong is not asked for again."""
        delivery = NO_MAIL
        try:
            found = await letters.carriers(self._house)
        except DatabaseAway:
            return AWAY
        for provider in found:
            channel = self._carrying.of(EMAIL, provider)
            if not isinstance(channel, Postman):
                continue
            delivery = await _hand_over(channel, letter)
            if provider:
                with suppress(DatabaseAway):
                    await letters.judge(self._house, provider, delivery)
                delivery = replace(delivery, detail=f"{provider.name}: {delivery.detail}")
            if delivery.ok or not (delivery.retry or delivery.is_our_fault):
                break
        return delivery


async def _hand_over(channel: Postman, letter: Letter) -> Delivery:
    try:
        async with asyncio.timeout(LONGEST):
            return recordable(await channel.post(letter))
    except TimeoutError:
        return Delivery(ok=False, detail=f"Not sent in {LONGEST:g} seconds.", retry=True)
