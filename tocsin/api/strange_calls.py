"""Strange calls: callbacks that are not believed or not understood are kept, a few a minute."""

from typing import Final

from tocsin.api.rate import RateLimit
from tocsin.usecases.house import House
from tocsin.usecases.intake import quarantine
from tocsin.usecases.intake.quarantine import StrangeCall

PER_MINUTE: Final = 5  # of each path; all of them are counted


class StrangeCalls:
    """Keeps what comes within the rate: strangers must not fill the quarantine."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rate = RateLimit()

    async def keep(self, call: StrangeCall) -> None:
        """Keep one, unless many came to its path lately."""
        now = self._house.clock()
        if not self._rate.spend(call.path, now, per_minute=PER_MINUTE).is_exceeded:
            await quarantine.keep(self._house, call, now)
