"""Trials: a test event goes the way of every event, and people watch what becomes of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.event import Event, Severity
from tocsin.domain.people.user import User
from tocsin.domain.reaching.notification import Notification
from tocsin.domain.response.alert import Alert
from tocsin.domain.response.incident import Incident
from tocsin.domain.work import Work
from tocsin.kit.ids import new_id
from tocsin.store import tables, work
from tocsin.store.alarms import ALARMS
from tocsin.store.intake.services import standings
from tocsin.store.names import names
from tocsin.store.reaching.notifications import NEWEST_FIRST, NOTIFICATIONS
from tocsin.store.response import alerts, incidents
from tocsin.usecases.errors import Arguments, Invalid, TooMany
from tocsin.usecases.house import House
from tocsin.usecases.intake.integrations import EMAIL, Known
from tocsin.usecases.intake.parcels import Full, Parcel, Take, Verdict

PATH: Final = "/v2/enqueue"
SENDER: Final = "this server"
MOST_SENT: Final = 50
MARK: Final = "test-"  # what the dedup keys of trials begin with

NO_MAIL: Final = "An integration for mails has no key that a test event could be sent with."
KEY_CHANGED: Final = "The integration key was changed just now. Send the test event again."
NOT_KEPT: Final = "The test event could not be stored. The server's log tells why."
BUSY: Final = "Too many events are waiting. Send the test event again in {} seconds."


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a test event so far.

    Without an ``alert`` none has arrived with its key. ``sent`` are the attempts to tell somebody,
    the newest first, ``planned`` the pages that are still to go out, and ``alarms`` say why
    somebody was not reached.
    """

    maintenance_until: datetime | None
    alert: Alert | None = None
    incident: Incident | None = None
    sent: Sequence[Notification] = ()
    planned: Sequence[Work] = ()
    alarms: Sequence[str] = ()
    names: Mapping[str, str] = {}


async def begin(take: Take, known: Known, severity: Severity, by: User) -> str:
    """Send a trigger to an integration, and return its dedup key."""
    event = Event(
        action="trigger",
        dedup_key=f"{MARK}{new_id()}",
        summary=f"Test event for {known.service.name}, sent by {by.name}",
        severity=severity,
        source="Tocsin",
        custom_details={"integration": known.integration.name, "sent by": by.name},
    )
    await _send(take, known, event)
    return event.dedup_key


async def end(take: Take, known: Known, dedup_key: str) -> None:
    """Send the recovery of a test event, as the tool would."""
    await _send(take, known, Event(action="resolve", dedup_key=dedup_key))


async def tell(house: House, known: Known, dedup_key: str, now: datetime) -> Trial:
    """Say what became of a test event so far; an empty key asks about none."""
    async with house.database.read() as tx:
        standing = (await standings(tx, [known.service.id], now))[known.service.id]
        trial = Trial(
            maintenance_until=standing.maintenance_until,
            alert=await _alert(tx, known.integration.id, dedup_key) if dedup_key else None,
        )
        return await _follow(tx, trial)


async def _follow(tx: AsyncConnection, trial: Trial) -> Trial:
    """Read what came of the alert's incident, if it began one."""
    id_ = trial.alert.incident_id if trial.alert else None
    incident = await incidents.get(tx, id_) if id_ else None
    if incident is None:
        return trial
    about = NOTIFICATIONS.c.incident_id == incident.id
    sent = await NOTIFICATIONS.select(tx, about, order_by=NEWEST_FIRST, limit=MOST_SENT)
    planned = await work.pages_of(tx, incident.id)
    concerned = {*(one.user_id for one in sent), *(page.user_id or "" for page in planned)}
    alarms = await ALARMS.select(tx, ALARMS.c.incident_id == incident.id)
    return replace(
        trial,
        incident=incident,
        sent=sent,
        planned=[page for page in planned if page.generation == incident.generation],
        alarms=[alarm.sentence for alarm in alarms],
        names=await names(tx, concerned | {one.user_id for one in incident.assignments}),
    )


async def _alert(tx: AsyncConnection, integration_id: str, dedup_key: str) -> Alert | None:
    c = tables.alerts.c
    where = (c.dedup_key == dedup_key, c.integration_id == integration_id)
    found = await alerts.select(tx, where=where, order_by=(c.id.desc(),), limit=1)
    return found[0] if found else None


async def _send(take: Take, known: Known, event: Event) -> None:
    if known.integration.kind == EMAIL:
        raise Invalid(NO_MAIL)
    body = msgspec.json.encode(event)
    parcel = Parcel(key=known.key, what=event, path=PATH, sender=SENDER, body=body)
    try:
        verdict = await take(parcel)
    except Full as full:
        raise TooMany(BUSY.format(full.retry_after)) from None
    if verdict is Verdict.UNKNOWN_KEY:
        raise Arguments(KEY_CHANGED)
    if verdict is Verdict.UNSTORABLE:
        raise Arguments(NOT_KEPT)
