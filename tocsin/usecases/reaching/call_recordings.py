"""Messages that callers left: fetched from the provider, and kept here."""

from datetime import datetime

import msgspec

from tocsin.domain.machines.delivery import Dispatch, after
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.domain.reaching.call_line import Fetched
from tocsin.domain.reaching.provider import Provider
from tocsin.kit.ids import new_id
from tocsin.store.driver import driver
from tocsin.store.machines import deliveries
from tocsin.store.reaching import call_lines as store
from tocsin.store.reaching.call_lines import CALLS, LINES
from tocsin.store.reaching.providers import PROVIDERS
from tocsin.store.writes import AlarmRow, Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.reaching.providers import opened

GONE = Outcome(ok=False, detail="The call, or its line, was taken away.")


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be fetched, and from whom."""

    provider: Provider
    recording: str


async def compose(house: House, dispatch: Dispatch, _now: datetime) -> Parcel | Outcome:
    """Return what is to be fetched."""
    async with house.database.read() as tx:
        call = await CALLS.get(tx, dispatch.thread_id)
        line = await LINES.get(tx, call.line_id) if call else None
        sealed = await PROVIDERS.get(tx, line.provider_id) if line else None
    if call is None or sealed is None:
        return GONE
    return Parcel(provider=opened(house, sealed), recording=call.state.recording)


async def record(house: House, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
    """Keep the sound, or tell the administrators that it cannot be had."""
    settled = after(dispatch, outcome, now)
    async with house.database.begin() as tx:
        await deliveries.settle(tx, settled)
        if isinstance(outcome, Fetched) and outcome.ok:
            await store.keep_sound(tx, dispatch.thread_id, outcome.sound)
        elif settled.due is None and outcome is not GONE:
            call = await CALLS.get(tx, dispatch.thread_id)
            alarm = _alarm(call.incident_id if call else None, outcome.detail, now)
            await flush(await driver(tx), Writes(alarms=[alarm]))


def _alarm(incident_id: str | None, detail: str, now: datetime) -> AlarmRow:
    sentence = f"The message that a caller left could not be fetched: {detail}"
    return AlarmRow(id=new_id("Q"), at=now, incident_id=incident_id, sentence=sentence)
