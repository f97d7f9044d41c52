"""Providers: found, set up, changed, put in order and taken away by administrators."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_line, faults_of_pattern, faults_of_url
from tocsin.domain.reaching.address import faults_of_value
from tocsin.domain.reaching.channel import Checked, Declaration
from tocsin.domain.reaching.contact_kind import Field
from tocsin.domain.reaching.kept_secrets import faults_of_move
from tocsin.domain.reaching.limit import faults_of_limit
from tocsin.domain.reaching.provider import Health, Provider, after_check
from tocsin.kit.ids import new_id
from tocsin.store.alarms import ring
from tocsin.store.reaching import limits
from tocsin.store.reaching import providers as store
from tocsin.store.reaching.providers import IN_ORDER, PROVIDERS, SealedProvider
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.wishes import refuse

LONGEST_NAME: Final = 100
LOOK_AGAIN: Final = 5.0  # seconds; pages look for themselves, this is for what is shown

UNKNOWN_TYPE: Final = "Type must be one of {}."
TYPE_FOR_LIFE: Final = "Type cannot be changed."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider shall be; UNSET leaves it as it is. Blank secrets stay as they are too."""

    type: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    settings: Mapping[str, str] | UnsetType = UNSET
    position: int | UnsetType = UNSET
    is_disabled: bool | UnsetType = UNSET
    most_per_minute: int | UnsetType | None = UNSET


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A provider, what it declares, and how it has done lately."""

    provider: Provider
    declaration: Declaration
    health: Health


async def find(house: House) -> list[Known]:
    """List the providers, those of one kind together, the first who is asked first."""
    async with house.database.read() as tx:
        sealed = await PROVIDERS.select(tx, order_by=IN_ORDER)
        healths = await _healths(tx, [one.id for one in sealed])
    return _know(house, sealed, healths)


async def get(house: House, provider_id: str) -> Known:
    """Read one provider, and nothing of others: strangers may ask for it often."""
    async with house.database.read() as tx:
        sealed = await PROVIDERS.get(tx, provider_id)
        healths = await _healths(tx, [provider_id]) if sealed else {}
    if known := _know(house, [sealed] if sealed else [], healths):
        return known[0]
    raise NotFound("Provider", provider_id)


async def create(house: House, wish: Wish, now: datetime) -> Provider:
    """Set one up; it is asked after those of its kind that are there."""
    async with house.database.begin() as tx:
        declaration = _declaration(house, wish.type or "")
        kind = declaration.kind.name
        others = await PROVIDERS.select(tx, PROVIDERS.c.kind == kind, order_by=IN_ORDER)
        blank = Provider(
            id=new_id(),
            type=declaration.name,
            kind=kind,
            name=declaration.label,
            position=max((one.position + 1 for one in others), default=0),
            created_at=now,
            updated_at=now,
        )
        return await _store(tx, house, declaration, blank, wish, is_new=True)


async def change(house: House, provider_id: str, wish: Wish, now: datetime) -> Provider:
    """Change one."""
    async with house.database.begin() as tx:
        before = replace(opened(house, await _hold(tx, provider_id)), updated_at=now)
        if wish.type is not UNSET and wish.type != before.type:
            raise Invalid(TYPE_FOR_LIFE)
        declaration = _declaration(house, before.type)
        return await _store(tx, house, declaration, before, wish, is_new=False)


async def check(house: House, provider_id: str, now: datetime) -> Checked | None:
    """Ask a provider whether it knows us, and keep that it does not; None: it cannot be asked."""
    checked = await house.check((await get(house, provider_id)).provider)
    if checked is not None:
        async with house.database.begin() as tx:
            health = await store.hold_health(tx, provider_id)
            await store.keep_health(tx, after_check(health, checked, now))
    return checked


async def put_first(house: House, provider_id: str, now: datetime) -> None:
    """Let one be asked before all others of its kind."""
    async with house.database.begin() as tx:
        first = await PROVIDERS.get(tx, provider_id)
        if first is None:
            raise NotFound("Provider", provider_id)
        alike = PROVIDERS.c.kind == first.kind
        await limits.take_turns(tx, [one.id for one in await PROVIDERS.select(tx, alike)])
        found = await PROVIDERS.select(tx, alike, order_by=IN_ORDER)
        in_order = sorted(found, key=lambda one: one.id != provider_id)
        for position, one in enumerate(in_order):
            await PROVIDERS.update(tx, replace(one, position=position, updated_at=now))


async def remove(house: House, provider_id: str) -> None:
    """Take one away, and what hangs on it."""
    async with house.database.begin() as tx:
        await _hold(tx, provider_id)
        await PROVIDERS.delete(tx, provider_id)
    await recall(house)


async def recall(house: House) -> None:
    """Read who is set up, so that this node shows it."""
    async with house.database.read() as tx:
        sealed = await PROVIDERS.select(tx, order_by=IN_ORDER)
    house.providers.newest = [opened(house, one) for one in sealed]


async def follow(house: House) -> None:
    """Keep what is shown of providers on this node fresh, until cancelled."""
    while True:
        await recall(house)
        await asyncio.sleep(LOOK_AGAIN)


def opened(house: House, sealed: SealedProvider) -> Provider:
    """Return a provider with what it was given."""
    settings = msgspec.json.decode(house.sealer.open(sealed.settings_encrypted))
    fields = msgspec.structs.asdict(sealed)
    del fields["settings_encrypted"]
    return Provider(**fields, settings=settings)


async def complain(house: House, provider: Provider, why: str, now: datetime) -> None:
    """Tell administrators that what people answer by a provider is not heard."""
    sentence = f"Answers and receipts by {provider.name} are not heard: {why}. See its settings."
    async with house.database.begin() as tx:
        await ring(tx, sentence, now)


async def note_unheard(house: House, provider: Provider, why: str, since: datetime) -> None:
    """Let all nodes show that what people answer by a provider is not heard."""
    async with house.database.begin() as tx:
        await store.note_unheard(tx, provider.id, since, why)


async def note_heard(house: House, provider: Provider) -> None:
    """Let all nodes show that what people answer by a provider is heard."""
    async with house.database.begin() as tx:
        await store.note_heard(tx, provider.id)


def providers_that(house: House, can: Callable[[Declaration], object]) -> list[Provider]:
    """List the providers whose channel ``can`` do something beside carrying messages."""
    able = {one.name for one in house.declared if can(one)}
    return [one for one in house.providers.newest if one.type in able]


def callback_of(house: House, provider_id: str) -> str:
    """Return the address at which a provider may call us."""
    return f"{house.settings.public_url}/callbacks/{provider_id}"


async def _healths(tx: AsyncConnection, ids: Sequence[str]) -> dict[str, Health]:
    """Return how these have done, and when each took a message last."""
    found, taken = await store.healths(tx, ids), await store.last_taken(tx, ids)
    for id_, at in taken.items():
        health = found.get(id_, Health(id=id_))
        last = max(at, health.last_ok_at or at)
        found[id_] = msgspec.structs.replace(health, last_ok_at=last)
    return found


def _know(
    house: House, sealed: Sequence[SealedProvider], healths: Mapping[str, Health]
) -> list[Known]:
    declared = {one.name: one for one in house.declared}
    return [
        Known(
            provider=opened(house, one),
            declaration=declared[one.type],
            health=healths.get(one.id, Health(id=one.id)),
        )
        for one in sealed
        if one.type in declared
    ]


async def _hold(tx: AsyncConnection, provider_id: str) -> SealedProvider:
    sealed = await PROVIDERS.get(tx, provider_id, hold=True)
    if sealed is None:
        raise NotFound("Provider", provider_id)
    return sealed


async def _store(
    tx: AsyncConnection,
    house: House,
    declaration: Declaration,
    before: Provider,
    wish: Wish,
    *,
    is_new: bool,
) -> Provider:
    provider = _apply(wish, before, declaration)
    moved = faults_of_move(
        declaration.settings,
        before=before.settings,
        after=provider.settings,
        given={} if wish.settings is UNSET else wish.settings,
    )
    refuse((*_faults(provider, declaration), *moved))
    fields = msgspec.structs.asdict(provider)
    text = msgspec.json.encode(fields.pop("settings")).decode()
    sealed = SealedProvider(**fields, settings_encrypted=house.sealer.seal(text))
    await (PROVIDERS.insert(tx, sealed) if is_new else PROVIDERS.update(tx, sealed))
    await limits.release(tx, provider.kind, provider.updated_at)
    return provider


def _declaration(house: House, type_: str) -> Declaration:
    offered = {one.name: one for one in house.declared if one.settings}
    if type_ not in offered:
        raise Invalid(UNKNOWN_TYPE.format(", ".join(offered)))
    return offered[type_]


def _apply(wish: Wish, before: Provider, declaration: Declaration) -> Provider:
    given = {} if wish.settings is UNSET else wish.settings
    settings = {
        field.name: _setting(field, given.get(field.name), before.settings.get(field.name, ""))
        for field in declaration.settings
    }
    return replace(
        before,
        name=before.name if wish.name is UNSET else wish.name.strip(),
        position=before.position if wish.position is UNSET else wish.position,
        is_disabled=before.is_disabled if wish.is_disabled is UNSET else wish.is_disabled,
        most_per_minute=_limit(wish, before),
        settings=settings,
    )


def _limit(wish: Wish, before: Provider) -> int | None:
    return before.most_per_minute if wish.most_per_minute is UNSET else wish.most_per_minute


def _setting(field: Field, given: str | None, before: str) -> str:
    if given is None or (field.kind == "secret" and not given.strip()):
        return before
    return given.strip()


def _faults(provider: Provider, declaration: Declaration) -> Iterator[str]:
    yield from faults_of_line("Name", provider.name, LONGEST_NAME)
    yield from faults_of_limit(provider.most_per_minute)
    for field in declaration.settings:
        yield from _faults_of_setting(field, provider.settings)


def _faults_of_setting(field: Field, settings: Mapping[str, str]) -> Iterator[str]:
    value = settings[field.name]
    if not value:
        is_needed = any(settings[name] == one for name, one in field.needed_by)
        if field.required or is_needed:
            yield f"{field.label} cannot be blank."
    elif field.kind == "url":
        yield from faults_of_url(field.label, value, field.example)
    elif field.kind == "choice":
        names: Sequence[str] = [name for name, _ in field.choices]
        if value not in names:
            yield f"{field.label} must be one of {', '.join(names)}."
    elif field.kind == "pattern":
        yield from faults_of_pattern(field.label, value)
    else:
        yield from faults_of_value(field.label, field, value)
