"""Status updates: written for those who do not respond, and told to whoever has subscribed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.handoff import StatusUpdateRule
from tocsin.domain.reaching.message import Notice, Purpose
from tocsin.domain.reaching.paging import Planned, by_email, by_method
from tocsin.domain.response.command import Publish
from tocsin.domain.response.status_update import StatusUpdate, Subscriber
from tocsin.store.clashes import tried_again
from tocsin.store.directory import Person
from tocsin.store.reaching.handoffs import STATUS_UPDATE_RULES
from tocsin.store.response import incidents
from tocsin.store.response import status_updates as store
from tocsin.store.response.status_updates import STATUS_UPDATES
from tocsin.usecases.desk import Desk
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.reaching import notices
from tocsin.usecases.response.incidents import By, hold
from tocsin.usecases.wishes import refuse

Result = Literal["success", "duplicate", "unauthorized"]

GOOD_FOR: Final = timedelta(hours=1)
LONGEST: Final = 25_000
LONGEST_SUBJECT: Final = 200
LONGEST_HTML: Final = 50_000


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be published; mails show the subject and the HTML instead of the message."""

    message: str
    subject: str | None = None
    html_message: str | None = None


class Removal(msgspec.Struct, frozen=True, kw_only=True):
    """How many subscribers are gone, and how many there never were."""

    deleted: int
    absent: int


@tried_again
async def publish(
    house: House, incident_id: str, wish: Wish, by: By, now: datetime
) -> StatusUpdate:
    """Keep an update, and tell all who have subscribed, but for whoever wrote it."""
    refuse(_faults(wish))
    async with house.database.begin() as tx:
        held = await hold(tx, [incident_id])
        desk = await Desk.at(tx, house.directory, now)
        desk.act(held[incident_id], Publish(message=wish.message, **by.told))
        update = StatusUpdate(
            id=desk.writes.log[-1].id,
            incident_id=incident_id,
            sender_id=by.agent.id,
            message=wish.message,
            subject=wish.subject,
            html_message=wish.html_message,
            created_at=now,
        )
        await desk.write()
        await STATUS_UPDATES.insert(tx, update)
        await _tell(tx, house, desk, update, by)
    return update


async def subscribers(house: House, incident_id: str) -> list[Subscriber]:
    """List who has subscribed to an incident."""
    async with house.database.read() as tx:
        await _check(tx, incident_id)
        return await store.subscribers(tx, incident_id)


async def subscribe(
    house: House, incident_id: str, wanted: Sequence[Subscriber]
) -> Mapping[Subscriber, Result]:
    """Let people and teams hear of an incident; say of each what came of it."""
    async with house.database.begin() as tx:
        await _check(tx, incident_id)
        existing = await store.existing(tx, wanted)
        new = await store.subscribe(tx, incident_id, existing)
    return {
        one: "success" if one in new else "duplicate" if one in existing else "unauthorized"
        for one in wanted
    }


async def unsubscribe(house: House, incident_id: str, wanted: Sequence[Subscriber]) -> Removal:
    """Let people and teams hear of an incident no more."""
    async with house.database.begin() as tx:
        await _check(tx, incident_id)
        gone = await store.unsubscribe(tx, incident_id, wanted)
    return Removal(deleted=len(gone), absent=len(set(wanted) - gone))


async def _check(tx: AsyncConnection, incident_id: str) -> None:
    if not await incidents.services_of(tx, [incident_id]):
        raise NotFound("Incident", incident_id)


async def _tell(
    tx: AsyncConnection, house: House, desk: Desk, update: StatusUpdate, by: By
) -> None:
    """Plan one notice for each way in which somebody wants to hear of updates."""
    told = sorted(await store.audience(tx, update.incident_id) - {by.agent.id})
    await desk.view.know_people(desk.connection, told)
    wishes = await STATUS_UPDATE_RULES.select(tx, STATUS_UPDATE_RULES.c.user_id.in_(told))
    purpose = Purpose(
        kind="status_update",
        notice=Notice(
            person=by.agent.summary or "",
            note=update.message,
            subject=update.subject or "",
            html=update.html_message or "",
        ),
    )
    ways = [
        way
        for user_id in told
        if (person := desk.view.person(user_id))
        for way in _ways(person, wishes, desk.now)
    ]
    order = notices.Order(
        purpose=purpose, incident_ids=(update.incident_id,), until=desk.now + GOOD_FOR
    )
    await notices.plan_all(tx, house, ways, order)


def _ways(person: Person, rules: Iterable[StatusUpdateRule], now: datetime) -> list[Planned]:
    """Return by what somebody hears of updates: as their rules say, or else by e-mail."""
    theirs = {rule.contact_method_id for rule in rules if rule.user_id == person.user.id}
    chosen = [by_method(method, now) for id_, method in person.methods.items() if id_ in theirs]
    return chosen or [by_email(person.methods, person.user, now)]


def _faults(wish: Wish) -> Iterable[str]:
    if not wish.message.strip():
        yield "Message cannot be empty."
    if len(wish.message) > LONGEST:
        yield f"Message is too long (maximum is {LONGEST} characters)."
    if bool(wish.subject) != bool(wish.html_message):
        yield "Subject and html message belong together: give both, or none."
    if len(wish.subject or "") > LONGEST_SUBJECT:
        yield f"Subject is too long (maximum is {LONGEST_SUBJECT} characters)."
    if len(wish.html_message or "") > LONGEST_HTML:
        yield f"Html message is too long (maximum is {LONGEST_HTML} characters)."
