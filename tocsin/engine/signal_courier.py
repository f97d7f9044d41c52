"""The courier of signals: hands each to the outlet for its kind of channel."""

from datetime import datetime

import httpx

from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.monitoring.channel_config import kind_of
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.domain.reaching.channel import Postman
from tocsin.engine.couriers import Courier
from tocsin.engine.proving import PATIENCE, prove
from tocsin.outlets import TELL
from tocsin.outlets.tools import Tools
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import telling
from tocsin.usecases.monitoring.telling import Parcel


def signal_courier(
    http: httpx.AsyncClient, postman: Postman | None, key: str, patience: float = PATIENCE
) -> Courier[Parcel]:
    """Return the courier; ``key`` signs where a channel has no secret of its own.

    For so many seconds it looks for what became of a test.
    """

    async def send(parcel: Parcel) -> Outcome:
        tools = Tools(http=http, postman=postman, sender=parcel.sender, key=key, at=parcel.at)
        return await TELL[kind_of(parcel.config)](parcel.signal, parcel.config, tools)

    async def record(house: House, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
        proven = await prove(house, dispatch, outcome, now, patience)
        await telling.record(house, dispatch, proven, now)

    return Courier(telling.compose, send, record)
