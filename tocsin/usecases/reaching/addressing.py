"""Addressing: where a message goes, who of several providers carries it, and what is kept of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.address import TELEPHONES
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.failover import trail_of
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.provider import (
    FIRST_REST,
    Health,
    Provider,
    after_failure,
    after_success,
    route,
)
from tocsin.domain.reaching.sent import About, Sent
from tocsin.domain.work import Work
from tocsin.store.driver import driver
from tocsin.store.reaching import providers
from tocsin.usecases.directory import View
from tocsin.usecases.house import House
from tocsin.usecases.reaching.limits import Room, room_of
from tocsin.usecases.reaching.providers import opened


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Who carries a message; nobody does if the channel needs nobody, or there is nobody.

    ``others`` are those whom it leaves untried; ``full`` those who would carry it if they had room.
    """

    provider: Provider | None = None
    health: Health | None = None
    others: Sequence[Provider] = ()
    full: Sequence[Provider] = ()

    @property
    def waits(self) -> bool:
        """Say whether it waits until one of them has room again."""
        return self.provider is None and bool(self.full)


class Pool(msgspec.Struct, frozen=True):
    """The providers of a kind, how they have done lately, and what they may still carry."""

    providers: Sequence[Provider]
    healths: Mapping[str, Health]
    room: Room


def address_of(house: House, method: ContactMethod) -> str:
    """Return the whole address of a contact method, as channels want it."""
    return shown_of(method) if method.sealed is None else house.sealer.open(method.sealed)


def shown_of(method: ContactMethod) -> str:
    """Return the address of a contact method as far as it may be seen, and as it is kept."""
    is_telephone = method.kind in TELEPHONES
    return f"+{method.country_code}{method.address}" if is_telephone else method.address


async def pool_of(
    tx: AsyncConnection, house: House, view: View, works: Sequence[Work], now: datetime
) -> Pool:
    """Read who could carry messages that are due in one lane."""
    found = await _providers(tx, house, view, works[0].lane)
    healths = await providers.healths(tx, [one.id for one in found]) if found else {}
    return Pool(found, healths, await room_of(tx, found, works, now))


async def choose(tx: AsyncConnection, pool: Pool, work: Work, now: datetime) -> Choice:
    """Choose whom to ask. One that has failed and rested is asked by a single message first."""
    found, healths = pool.providers, {**pool.healths}
    tried, full = trail_of(work.payload).providers, pool.room.full(work)
    chosen = route(found, healths, tried, now, full)
    health = healths.get(chosen.id) if chosen else None
    if health and len(found) > 1 and health.is_to_be_probed(now):
        until = now + FIRST_REST
        if not await providers.claim(tx, health, until):
            healths[health.id] = msgspec.structs.replace(health, rests_until=until)
            chosen = route(found, healths, tried, now, full)
    pool.room.take(chosen)
    return Choice(
        provider=chosen,
        health=healths.get(chosen.id) if chosen else None,
        others=[one for one in found if one != chosen and one.id not in tried],
        full=[one for one in found if one.id in full],
    )


async def carrier_of(tx: AsyncConnection, house: House, view: View, sent: Sent) -> Choice:
    """Return who has carried a message, if they are still there."""
    found = await _providers(tx, house, view, sent.channel)
    tried = {sent.provider_id, *(id_ for page in sent.pages for id_ in page.trail.providers)}
    return Choice(
        provider=next((one for one in found if one.id == sent.provider_id), None),
        others=[one for one in found if one.id not in tried],
    )


def kept(
    message: Message,
    works: Sequence[Work],
    *,
    shown: str,
    provider: Provider | None,
    incident_ids: Collection[str] = (),
    classes: Collection[str] = (),
) -> Sent:
    """Return what is kept of a message before it is handed over: its answer may come very soon.

    ``shown`` is the address as far as it may be seen.
    """
    work = works[0]
    return Sent(
        id=message.id,
        at=message.at,
        kind=message.kind,
        channel=work.lane,
        user_id=work.user_id or "",
        contact_method_id=work.contact_method_id,
        address=shown,
        incident_ids=tuple(incident_ids),
        classes=tuple(classes),
        pages=tuple(_about(one) for one in works if message.kind == "page"),
        body=message,
        provider_id=provider.id if provider else "",
    )


async def judge(tx: AsyncConnection, choice: Choice, delivery: Delivery, now: datetime) -> None:
    """Keep how a provider does: what it failed whoever was addressed, and that it is well again."""
    if choice.provider is None:
        return
    if delivery.ok or delivery.is_unproven:
        if choice.health and choice.health.failures:
            await providers.keep_health(tx, after_success(choice.health, now))
    elif delivery.is_our_fault or delivery.retry:
        before = await providers.hold_health(tx, choice.provider.id)
        after = after_failure(before, delivery.detail, now, delivery.wait_seconds)
        await providers.keep_health(tx, after)


async def _providers(tx: AsyncConnection, house: House, view: View, kind: str) -> list[Provider]:
    await view.know_providers(await driver(tx))
    found = [opened(house, one) for one in view.providers(kind)]
    used = [one for one in found if not one.is_disabled]
    return [*used, *_last_resort(house, kind, after=used[-1])] if used else []


def _last_resort(house: House, kind: str, *, after: Provider) -> Iterator[Provider]:
    """Return what needs no provider of a kind, as one who is asked after all of them."""
    declared = (one for one in house.declared if one.kind.name == kind and not one.settings)
    if kind in house.channels and (there := next(declared, None)):
        yield Provider(
            id="",
            type=there.name,
            kind=kind,
            name=f"the {there.label.lower()}",
            position=after.position + 1,
            created_at=after.created_at,
            updated_at=after.updated_at,
        )


def _about(work: Work) -> About:
    return About(
        incident_id=work.incident_id or "",
        generation=work.generation or 0,
        trail=trail_of(work.payload),
    )
