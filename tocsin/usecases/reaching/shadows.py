"""Shadows: copies for people in training, planned once a page has left for whom it is for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.watch import watch_at
from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.message import Notice, Purpose
from tocsin.domain.reaching.paging import Planned
from tocsin.domain.reaching.shadow import ONESELF, Shadow, learns, way_of_copies
from tocsin.kit.ids import new_id
from tocsin.store.driver import driver
from tocsin.store.duty.schedules import SCHEDULES
from tocsin.store.names import names
from tocsin.store.people import contact_methods
from tocsin.store.people.users import USERS
from tocsin.store.reaching import shadows as store
from tocsin.store.reaching.shadows import OLDEST_FIRST, SHADOWS
from tocsin.store.rows import Taken
from tocsin.usecases.directory import View
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.people import users
from tocsin.usecases.reaching import notices
from tocsin.usecases.reaching.notices import GOOD_FOR, Order
from tocsin.usecases.reaching.paging import Bundle

ONE_COPY_IN: Final = timedelta(hours=1)  # however often the incident is paged meanwhile
TWICE: Final = "They learn from there already."
ONE_OF_BOTH: Final = "Choose a person or a schedule to learn from."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """From whom somebody shall learn, one of both, and by which contact method of theirs."""

    mentor_id: str | None = None
    schedule_id: str | None = None
    contact_method_id: str | None = None


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A shadow, what the person or schedule is called that they learn from, and the chosen way."""

    shadow: Shadow
    name: str
    method: ContactMethod | None


async def find(house: House, user_id: str) -> list[Known]:
    """List from whom somebody learns."""
    async with house.database.read() as tx:
        found = await SHADOWS.select(tx, SHADOWS.c.user_id == user_id, order_by=OLDEST_FIRST)
        people = await names(tx, {one.mentor_id for one in found if one.mentor_id})
        rotas = await SCHEDULES.names(tx, {one.schedule_id for one in found if one.schedule_id})
        methods = await contact_methods.of_user(tx, user_id)
    called = people | rotas
    return [
        Known(
            shadow=one,
            name=called.get(one.mentor_id or one.schedule_id or "", ""),
            method=methods.get(one.contact_method_id or ""),
        )
        for one in found
    ]


async def create(house: House, user_id: str, wish: Wish, now: datetime) -> Shadow:
    """Let somebody learn from a person, or from whoever holds a schedule."""
    if bool(wish.mentor_id) == bool(wish.schedule_id):
        raise Invalid(ONE_OF_BOTH)
    if wish.mentor_id == user_id:
        raise Invalid(ONESELF)
    wished = msgspec.structs.asdict(wish)
    async with house.database.begin() as tx:
        await users.hold(tx, user_id)
        await _check(tx, user_id, wish)
        try:
            return await SHADOWS.insert(
                tx, Shadow(id=new_id(), user_id=user_id, created_at=now, **wished)
            )
        except Taken:
            raise Invalid(TWICE) from None


async def remove(house: House, user_id: str, shadow_id: str) -> None:
    """Let somebody learn from there no more."""
    async with house.database.begin() as tx:
        shadow = await SHADOWS.get(tx, shadow_id, hold=True)
        if shadow is None or shadow.user_id != user_id:
            raise NotFound("Shadow", shadow_id)
        await SHADOWS.delete(tx, shadow_id)


async def _check(tx: AsyncConnection, user_id: str, wish: Wish) -> None:
    """See that all exists that is wished for, and stays. Raises Arguments."""
    if wish.mentor_id and not await USERS.get_many(tx, [wish.mentor_id], keep=True):
        raise Arguments(f"User {wish.mentor_id} was not found.")
    if wish.schedule_id and not await SCHEDULES.get_many(tx, [wish.schedule_id], keep=True):
        raise Arguments(f"Schedule {wish.schedule_id} was not found.")
    if wish.contact_method_id and wish.contact_method_id not in await contact_methods.of_user(
        tx, user_id
    ):
        raise Arguments(f"Contact method {wish.contact_method_id} was not found.")


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
    lessons = [
        (shadow, incident.id)
        for shadow in view.shadows
        for incident in bundle.incidents.values()
        if learns(shadow, incident, paged.id, held)
    ]
    learners = {shadow.user_id for shadow, _ in lessons}
    told = await store.told(tx, learners, now - ONE_COPY_IN)
    await view.know_people(await driver(tx), learners)
    purpose = Purpose(kind="copy", notice=Notice(person=paged.name))
    for way, incident_ids in _new(view, lessons, told, now).items():
        order = Order(purpose=purpose, incident_ids=tuple(incident_ids), until=now + GOOD_FOR)
        await notices.plan_all(tx, house, [way], order)


async def _held(
    tx: AsyncConnection, shadows: Sequence[Shadow], user_id: str, now: datetime
) -> list[str]:
    """Return which of the schedules that somebody learns from a person holds now."""
    ids = {shadow.schedule_id for shadow in shadows if shadow.schedule_id}
    found = await SCHEDULES.get_many(tx, ids) if ids else {}
    return [id_ for id_, one in found.items() if watch_at(one, now).user_id == user_id]


def _new(
    view: View,
    lessons: Iterable[tuple[Shadow, str]],
    told: Collection[tuple[str, str]],
    now: datetime,
) -> Mapping[Planned, list[str]]:
    """Return what is copied by which way; who learns it twice is told by the older wish."""
    first: dict[tuple[str, str], Shadow] = {}
    for shadow, id_ in lessons:
        first.setdefault((shadow.user_id, id_), shadow)
    found: dict[Planned, list[str]] = {}
    for (user_id, id_), shadow in first.items():
        person = view.person(user_id)
        if person and (user_id, id_) not in told:
            way = way_of_copies(shadow, person.rules, person.methods, person.user, now)
            found.setdefault(way, []).append(id_)
    return found
