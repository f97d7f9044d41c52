"""The courier of recordings: it fetches from a provider what a caller said."""

from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.domain.reaching.call_line import Fetched
from tocsin.domain.reaching.operator import Operator
from tocsin.engine.carrying import Carrying
from tocsin.engine.couriers import Courier
from tocsin.usecases.reaching import call_recordings
from tocsin.usecases.reaching.call_recordings import Parcel


def recording_courier(carrying: Carrying) -> Courier[Parcel]:
    """Fetch recordings by these channels."""

    async def fetch(parcel: Parcel) -> Outcome:
        channel = carrying.of(parcel.provider.kind, parcel.provider)
        if not isinstance(channel, Operator):
            return Fetched(ok=False, detail="The provider knows no calls.")
        return await channel.fetch(parcel.recording)

    return Courier(call_recordings.compose, fetch, call_recordings.record)
