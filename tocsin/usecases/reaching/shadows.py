"""Shadows: copies for people in training, planned once a page has left for whom it is for."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.message import Notice, Purpose
from tocsin.domain.reaching.paging import next_method
from tocsin.domain.reaching.shadow import ONESELF, Shadow, learns
from tocsin.domain.user import ContactMethod
from tocsin.domain.watch import watch_at
from tocsin.kit.ids import new_id
from tocsin.store.driver import driver
from tocsin.store.names import names
from tocsin.store.reaching import shadows as store
from tocsin.store.reaching.shadows import OLDEST_FIRST, SHADOWS
from tocsin.store.rows import Taken
from tocsin.store.schedules import SCHEDULES
from tocsin.store.users import USERS
from tocsin.usecases import users
from tocsin.usecases.directory import View
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.reaching import notices
from tocsin.usecases.reaching.paging import Bundle

ONE_COPY_IN: Final = timedelta(hours=1)  # however often the incident is paged meanwhile
TWICE: Final = "They learn from there already."
ONE_OF_BOTH: Final = "Choose a person or a schedule to learn from."


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A shadow, and what the person or schedule is called that they learn from."""

    shadow: Shadow
    name: str


async def find(house: House, user_id: str) -> list[Known]:
    """List from whom somebody learns."""
    async with house.database.read() as tx:
        found = await SHADOWS.select(tx, SHADOWS.c.user_id == user_id, order_by=OLDEST_FIRST)
        people = await names(tx, {one.mentor_id for one in found if one.mentor_id})
        rotas = await SCHEDULES.names(tx, {one.schedule_id for one in found if one.schedule_id})
    called = people | rotas
    return [
        Known(shadow=one, name=called.get(one.mentor_id or one.schedule_id or "", ""))
        for one in found
    ]


async def create(
    house: House, user_id: str, mentor_id: str | None, schedule_id: str | None, now: datetime
) -> Shadow:
    """Let somebody learn from a person, or from whoever holds a schedule."""
    if bool(mentor_id) == bool(schedule_id):
        raise Invalid(ONE_OF_BOTH)
    if mentor_id == user_id:
        raise Invalid(ONESELF)
    shadow = Shadow(
        id=new_id(), user_id=user_id, mentor_id=mentor_id, schedule_id=schedule_id, created_at=now
    )
    async with house.database.begin() as tx:
        await users.hold(tx, user_id)
        if mentor_id and not await USERS.get_many(tx, [mentor_id], keep=True):
            raise Arguments(f"User {mentor_id} was not found.")
        if schedule_id and not await SCHEDULES.get_many(tx, [schedule_id], keep=True):
            raise Arguments(f"Schedule {schedule_id} was not found.")
        try:
            return await SHADOWS.insert(tx, shadow)
        except Taken:
            raise Invalid(TWICE) from None


async def remove(house: House, user_id: str, shadow_id: str) -> None:
    """Let somebody learn from there no more."""
    async with house.database.begin() as tx:
        shadow = await SHADOWS.get(tx, shadow_id, hold=True)
        if shadow is None or shadow.user_id != user_id:
            raise NotFound("Shadow", shadow_id)
        await SHADOWS.delete(tx, shadow_id)


async def plan_copies(
    tx: AsyncConnection, house: House, bundles: Iterable[Bundle], now: datetime
) -> None:
    """Plan copies of pages that have left. They come later, and nothing hangs on them."""
    connection = await driver(tx)
    view = await house.directory.now(connection)
    await view.know_shadows(connection)
    if view.shadows:
        for bundle in bundles:
            await _plan_copies_of(tx, house, view, bundle, now)


async def _plan_copies_of(
    tx: AsyncConnection, house: House, view: View, bundle: Bundle, now: datetime
) -> None:
    if bundle.person is None:
        return
    paged = bundle.person.user
    held = await _held(tx, view.shadows, paged.id, now)
    concerned = {
        shadow.user_id: [
            one.id for one in bundle.incidents.values() if learns(shadow, one, paged.id, held)
        ]
        for shadow in view.shadows
    }
    told = await store.told(tx, concerned, now - ONE_COPY_IN)
    await view.know_people(await driver(tx), concerned)
    for user_id, incident_ids in concerned.items():
        new = [id_ for id_ in incident_ids if (user_id, id_) not in told]
        method = _method_of(view, user_id)
        if new and method is not None:
            purpose = Purpose(kind="copy", notice=Notice(person=paged.name))
            await notices.plan(tx, house, method, purpose, now, incident_ids=new)


async def _held(
    tx: AsyncConnection, shadows: Sequence[Shadow], user_id: str, now: datetime
) -> list[str]:
    """Return which of the schedules that somebody learns from a person holds now."""
    ids = {shadow.schedule_id for shadow in shadows if shadow.schedule_id}
    found = await SCHEDULES.get_many(tx, ids) if ids else {}
    return [id_ for id_, one in found.items() if watch_at(one, now).user_id == user_id]


def _method_of(view: View, user_id: str) -> ContactMethod | None:
    person = view.person(user_id)
    return next_method(person.rules, person.methods, ()) if person else None
