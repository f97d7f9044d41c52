"""Pages: what is due to one address is asked for once more, and becomes one message."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.event import Event
from tocsin.domain.people.user import User
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.gathering import LOOKED_BACK, gathers_until, span_of
from tocsin.domain.reaching.limit import reason_of
from tocsin.domain.reaching.message import MOST_IN_FULL, MOST_LISTED, Briefing, Message, Purpose
from tocsin.domain.reaching.paging import still_wanted
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.reaching.quiet import quiet_until
from tocsin.domain.reaching.sent import Sent
from tocsin.domain.response.incident import Incident
from tocsin.domain.work import Work
from tocsin.kit.ids import new_id
from tocsin.store import work as work_store
from tocsin.store.directory import Person
from tocsin.store.driver import driver
from tocsin.store.reaching import messages
from tocsin.store.response import alerts, incidents
from tocsin.store.writes import Writes, flush
from tocsin.usecases.directory import View
from tocsin.usecases.house import House
from tocsin.usecases.reaching import templates
from tocsin.usecases.reaching.addressing import (
    Choice,
    Pool,
    address_of,
    choose,
    kept,
    pool_of,
    shown_of,
)
from tocsin.usecases.reaching.answer_tokens import token_of

PAGE: Final = Purpose(kind="page", deeds=("acknowledge", "resolve", "escalate"))
_NO_EVENT: Final = Event(action="trigger", dedup_key="")


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """What is due to one address: ``works`` are still wanted, ``stale`` are not.

    ``shown`` is the address as far as it may be seen. ``refusal`` says why there is no ``message``.
    Without a provider of ``choice``, the channel that is always there carries it.
    """

    works: tuple[Work, ...] = ()
    stale: tuple[Work, ...] = ()
    incidents: Mapping[str, Incident] = {}
    person: Person | None = None
    kind: str = ""
    address: str = ""
    shown: str = ""
    message: Message | None = None
    choice: Choice = Choice()
    refusal: Delivery = Delivery(ok=False, detail="Nothing is wanted any more.")

    @property
    def classes(self) -> frozenset[str]:
        """The classes of its incidents: the first of each never waits in a storm."""
        return frozenset(f"{one.service_id} {one.urgency}" for one in self.incidents.values())

    @property
    def provider(self) -> Provider | None:
        """Who is asked to carry it."""
        return self.choice.provider


class Due(msgspec.Struct, frozen=True):
    """What has become due to one address, and since when that is looked at."""

    works: Sequence[Work]
    now: datetime


class _Known(msgspec.Struct, frozen=True):
    """What messages are made of: what for, the configuration, the events, who may carry them."""

    purpose: Purpose
    view: View
    events: Mapping[str, Event]
    pool: Pool


async def compose(house: House, works: Sequence[Work], now: datetime) -> Bundle:
    """Ask once more which pages to an address are wanted, and make them one message."""
    [bundle] = await compose_all(house, [Due(works, now)])
    return bundle


async def compose_all(house: House, dues: Sequence[Due]) -> list[Bundle]:
    """Do so for several addresses of one channel in one go, each with a message of its own."""
    async with house.database.begin() as tx:
        ids = {work.incident_id or "" for due in dues for work in due.works}
        found = await incidents.get_many(tx, ids)
        people = [due.works[0].user_id or "" for due in dues]
        view = await view_of(tx, house, found.values(), people, dues[-1].now)
        bundles = [await _wanted_now(tx, house, view, due, found) for due in dues]
        full = [one for one in bundles if one.works]
        composed = iter(await _compose_each(tx, house, view, full, dues[-1].now))
        return [next(composed) if one.works else one for one in bundles]


async def _wanted_now(
    tx: AsyncConnection, house: House, view: View, due: Due, found: Mapping[str, Incident]
) -> Bundle:
    bundle = sorted_out(due.works, found, due.works[0].lane)
    person = view.person(due.works[0].user_id or "")
    if person is None:
        return bundle
    bundle = await _without_quiet_ones(tx, house, person.user, bundle, due.now)
    return await _unless_gathering(tx, house, person.user, bundle, due.now)


async def _without_quiet_ones(
    tx: AsyncConnection, house: House, user: User, bundle: Bundle, now: datetime
) -> Bundle:
    """Let what can wait wait for the end of somebody's quiet hours."""
    low = [one.id for one in bundle.incidents.values() if one.urgency == "low"]
    until = _quiet_until(house, user, now) if low else None
    if until is None:
        return bundle
    waiting = [work for work in bundle.works if work.incident_id in low]
    await work_store.gather(tx, [work.id for work in waiting], until)
    return replace(
        bundle,
        works=tuple(work for work in bundle.works if work not in waiting),
        incidents={id_: one for id_, one in bundle.incidents.items() if id_ not in low},
    )


def _quiet_until(house: House, user: User, now: datetime) -> datetime | None:
    if user.quiet_hours is None:
        return None
    return quiet_until(user.quiet_hours, now, user.time_zone or house.account.time_zone)


async def _unless_gathering(
    tx: AsyncConnection, house: House, user: User, bundle: Bundle, now: datetime
) -> Bundle:
    """Let pages wait for each other in a storm."""
    until = await _gathers_until(tx, house, user, bundle, now) if bundle.works else None
    if until is None:
        return bundle
    await work_store.gather(tx, [work.id for work in bundle.works], until)
    return replace(bundle, works=())


async def _gathers_until(
    tx: AsyncConnection, house: House, user: User, bundle: Bundle, now: datetime
) -> datetime | None:
    """Say until when first attempts wait for each other, so that nobody's telephone rings on."""
    work, kind = bundle.works[0], house.kinds.get(bundle.kind)
    span = timedelta(seconds=span_of(user, house.account))
    is_again = any(one.attempts > 1 or one.payload for one in bundle.works)
    if not span or is_again or kind is None or not kind.gathers:
        return None
    earlier = await messages.earlier_to(
        tx, bundle.kind, user.id, work.contact_method_id, now - LOOKED_BACK * span
    )
    return gathers_until(earlier, bundle.classes, span, now)


async def compose_in(
    tx: AsyncConnection, house: House, bundle: Bundle, purpose: Purpose, now: datetime
) -> Bundle:
    """Make one message of what is due to an address, choose who carries it, and keep it."""
    people = [bundle.works[0].user_id or ""]
    view = await view_of(tx, house, bundle.incidents.values(), people, now)
    [composed] = await _compose_each(tx, house, view, [bundle], now, purpose=purpose)
    return composed


async def _compose_each(
    tx: AsyncConnection,
    house: House,
    view: View,
    bundles: Sequence[Bundle],
    now: datetime,
    *,
    purpose: Purpose = PAGE,
) -> list[Bundle]:
    if not bundles:
        return []
    in_full = (one.incidents for one in bundles if len(one.incidents) <= MOST_IN_FULL)
    events = await alerts.first_events(tx, {id_ for ids in in_full for id_ in ids})
    works = [bundle.works[0] for bundle in bundles]
    known = _Known(purpose, view, events, await pool_of(tx, house, view, works, now))
    composed = await _compose_in_turn(tx, house, known, bundles, now)
    sent = [_kept(one, one.message) for one in composed if one.message]
    await flush(await driver(tx), Writes(messages=sent))
    return composed


async def _compose_in_turn(
    tx: AsyncConnection, house: House, known: _Known, bundles: Sequence[Bundle], now: datetime
) -> list[Bundle]:
    """Where providers have room for a few, let those have it who were not told anything lately."""
    line, numbers = known.pool.room.line, range(len(bundles))
    in_turn = sorted(numbers, key=lambda number: line.place_of(bundles[number].works[0]))
    composed = {n: await _compose_one(tx, house, known, bundles[n], now) for n in in_turn}
    return [composed[number] for number in numbers]


async def _compose_one(
    tx: AsyncConnection, house: House, known: _Known, bundle: Bundle, now: datetime
) -> Bundle:
    briefings = tuple(
        _brief(house, known.view, incident, known.events.get(incident.id, _NO_EVENT))
        for incident in islice(bundle.incidents.values(), MOST_LISTED)
    )
    bundle = _addressed(house, known.view, bundle, _message(house, known.purpose, briefings, now))
    if bundle.message is None:
        return bundle
    choice = await choose(tx, known.pool, bundle.works[0], now)
    if choice.waits:
        full = Delivery(ok=False, detail=reason_of(choice.full), retry=True)
        return replace(bundle, choice=choice, message=None, refusal=full)
    draft = replace(bundle.message, hears=_hears(house, choice))
    message = await templates.word(tx, known.view, draft, now)
    return replace(bundle, message=message, choice=choice)


def _hears(house: House, choice: Choice) -> bool:
    """Say whether what is written back to a message comes to us."""
    type_ = choice.provider.type if choice.provider else ""
    return all(one.answers for one in house.declared if one.name == type_)


def _kept(bundle: Bundle, message: Message) -> Sent:
    return kept(
        message,
        bundle.works,
        shown=bundle.shown,
        provider=bundle.provider,
        incident_ids=bundle.incidents,
        classes=bundle.classes,
    )


def sorted_out(works: Sequence[Work], found: Mapping[str, Incident], kind: str) -> Bundle:
    """Tell those that are still wanted from the others."""
    wanted, stale, concerned = [], [], {}
    for work in works:
        incident = found.get(work.incident_id or "")
        if incident and still_wanted(incident, work.user_id or "", work.generation or 0):
            wanted.append(work)
            concerned[incident.id] = incident
        else:
            stale.append(work)
    return Bundle(works=tuple(wanted), stale=tuple(stale), incidents=concerned, kind=kind)


async def view_of(
    tx: AsyncConnection,
    house: House,
    concerned: Collection[Incident],
    user_ids: Iterable[str],
    now: datetime,
) -> View:
    """Read what must be known of the people and services that messages are about."""
    connection = await driver(tx)
    view = await house.directory.now(connection)
    holders = {assignment.user_id for i in concerned for assignment in i.assignments}
    await view.know_people(connection, holders | {*user_ids})
    await view.know_services(connection, {i.service_id for i in concerned}, now)
    await view.know_providers(connection)
    return view


def _message(
    house: House, purpose: Purpose, briefings: tuple[Briefing, ...], now: datetime
) -> Message:
    """Begin a message: it is for nobody yet, and not in words."""
    id_ = new_id("Q")
    token = token_of(house, id_)
    return Message(
        id=id_,
        kind=purpose.kind,
        at=now,
        sender=house.account.mail_from,
        recipient="",
        time_zone=house.account.time_zone,
        incidents=briefings,
        notice=purpose.notice,
        deeds=purpose.deeds,
        token=token,
        answer_url=f"{house.settings.public_url}/answer/{token}",
    )


def _addressed(house: House, view: View, bundle: Bundle, message: Message) -> Bundle:
    work = bundle.works[0]
    person = view.person(work.user_id or "")
    if person is None:
        return _refused(bundle, "The user was deleted.")
    bundle = replace(bundle, person=person)
    method = person.methods.get(work.contact_method_id or "")
    if method is None and work.contact_method_id:
        return _refused(bundle, "The contact method was deleted.")
    message = replace(
        message,
        recipient=person.user.name,
        language=person.user.language or house.account.language,
        time_zone=person.user.time_zone or message.time_zone,
        short=method is not None and method.send_short_email,
        further=len(bundle.incidents) - len(message.incidents),
    )
    return replace(
        bundle,
        address=address_of(house, method) if method else person.user.email,
        shown=shown_of(method) if method else person.user.email,
        message=message,
    )


def _refused(bundle: Bundle, why: str) -> Bundle:
    return replace(bundle, refusal=Delivery(ok=False, detail=why))


def _brief(house: House, view: View, incident: Incident, event: Event) -> Briefing:
    service = view.service(incident.service_id)
    holders = [view.person(assignment.user_id) for assignment in incident.assignments]
    return Briefing(
        id=incident.id,
        number=incident.number,
        title=incident.title,
        service=service.name if service else "a deleted service",
        urgency=incident.urgency,
        opened_at=incident.created_at,
        html_url=f"{house.settings.public_url}/incidents/{incident.id}",
        policy=incident.policy.name,
        assignees=tuple(person.user.name for person in holders if person),
        severity=event.severity,
        source=event.source,
        details=incident.body if event.custom_details is None else event.custom_details,
        links=event.links,
        images=event.images,
    )
