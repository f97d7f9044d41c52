"""Webhook subscriptions: found, made, changed, tried, enabled again and taken away."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.machines.delivery import Dispatch, WebhookSubscription
from tocsin.domain.machines.webhook import PING, Occurrence
from tocsin.domain.machines.webhook_faults import apart, faults_of_headers, faults_of_subscription
from tocsin.domain.response.log_entry import Agent
from tocsin.kit.ids import new_id
from tocsin.kit.text import printable
from tocsin.store.intake.services import SERVICES
from tocsin.store.machines import deliveries
from tocsin.store.machines.webhook_subscriptions import OLDEST_FIRST, SUBSCRIPTIONS
from tocsin.store.people.teams import TEAMS
from tocsin.store.rows import Rows, Where
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.machines import webhook_secrets
from tocsin.usecases.machines.announcing import dispatch
from tocsin.usecases.machines.deliveries import find_in_log, log_of
from tocsin.usecases.machines.webhook_secrets import Headers
from tocsin.usecases.parts import Part, read_part
from tocsin.usecases.wishes import grant, refuse

KIND: Final = "Webhook subscription"
FilterType = Literal["account_reference", "service_reference", "team_reference"]

_FILTERS: Final[Mapping[str, tuple[str, Rows[Any]]]] = {
    "service_reference": ("Service", SERVICES),
    "team_reference": ("Team", TEAMS),
}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a subscription shall be; UNSET leaves it as it is. The filter is wished for whole."""

    description: str | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    events: tuple[str, ...] | UnsetType = UNSET
    filter_type: FilterType | UnsetType = UNSET
    filter_id: str | UnsetType | None = UNSET


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription, the names of its headers, and what its filter is called."""

    subscription: WebhookSubscription
    header_names: tuple[str, ...]
    filter_name: str | None = None

    def is_disabled(self, now: datetime) -> bool:
        """Whether it hears nothing for a while because its receiver refused too often."""
        until = self.subscription.disabled_until
        return until is not None and now < until


async def find(
    house: House, part: Part, *, filter_type: FilterType | None = None, filter_id: str | None = None
) -> tuple[list[Known], int | None]:
    """List subscriptions, the oldest first, perhaps only those with a filter."""
    where = tuple(_where(filter_type, filter_id))
    async with house.database.read() as tx:
        found, total = await read_part(tx, SUBSCRIPTIONS, part, *where, order_by=OLDEST_FIRST)
        return [await _know(tx, house, one) for one in found], total


async def get(house: House, id_: str) -> Known:
    """Read one. Raises NotFound."""
    async with house.database.read() as tx:
        return await _know(tx, house, _found(await SUBSCRIPTIONS.get(tx, id_), id_))


async def create(
    house: House, url: str, wish: Wish, now: datetime, *, headers: Headers = ()
) -> tuple[Known, str]:
    """Make one; return it with its secret, which nobody is ever told again."""
    bare, authorization = apart(url.strip())
    if authorization:
        headers = (*headers, ("Authorization", authorization))
    refuse(faults_of_headers(headers))
    secrets = webhook_secrets.first()
    blank = WebhookSubscription(
        id=new_id(),
        url=bare,
        events=(),
        filter_type="account_reference",
        headers_encrypted=webhook_secrets.sealed(house.sealer, headers),
        secrets_encrypted=webhook_secrets.sealed(house.sealer, secrets),
        created_at=now,
    )
    async with house.database.begin() as tx:
        subscription = await SUBSCRIPTIONS.insert(tx, await _granted(tx, wish, blank))
        return await _know(tx, house, subscription), secrets[0].value


async def change(house: House, id_: str, wish: Wish) -> Known:
    """Change what one hears of; where it is told, and how, stays."""
    async with house.database.begin() as tx:
        subscription = await _granted(tx, wish, await hold(tx, id_))
        return await _know(tx, house, await SUBSCRIPTIONS.update(tx, subscription))


async def remove(house: House, id_: str) -> None:
    """Take one away, with all that it was, or was to be, told."""
    async with house.database.begin() as tx:
        await hold(tx, id_)
        await deliveries.forget_destination(tx, id_)
        await SUBSCRIPTIONS.delete(tx, id_)


async def enable(house: House, id_: str) -> Known:
    """Let one hear again that was disabled because its receiver refused too often."""
    async with house.database.begin() as tx:
        subscription = replace(await hold(tx, id_), drops=0, disabled_until=None)
        return await _know(tx, house, await SUBSCRIPTIONS.update(tx, subscription))


async def rotate_secret(house: House, id_: str, now: datetime) -> str:
    """Give one a new secret, and return it; the old one signs too for a day."""
    async with house.database.begin() as tx:
        subscription = await hold(tx, id_)
        secrets = webhook_secrets.rotated(webhook_secrets.opened(house.sealer, subscription), now)
        sealed = webhook_secrets.sealed(house.sealer, secrets)
        await SUBSCRIPTIONS.update(tx, replace(subscription, secrets_encrypted=sealed))
        return secrets[0].value


async def ping(house: House, id_: str, by: Agent | None, now: datetime) -> str:
    """Plan a greeting; return the id of its delivery. It waits behind nothing."""
    told = Occurrence(id=new_id("Q"), event=PING, at=now, agent=by)
    async with house.database.begin() as tx:
        await hold(tx, id_)
        planned = dispatch(told, id_, f"ping-{told.id}", now)
        await deliveries.plan(tx, [planned])
    return planned.id


async def deliveries_of(house: House, id_: str, part: Part) -> tuple[list[Dispatch], int | None]:
    """List what was, or is to be, told to one, the newest first."""
    async with house.database.read() as tx:
        _found(await SUBSCRIPTIONS.get(tx, id_), id_)
        return await log_of(tx, id_, part)


async def delivery_of(house: House, id_: str, delivery_id: str) -> Dispatch:
    """Read one delivery with its body and answer. Raises NotFound."""
    async with house.database.read() as tx:
        return await find_in_log(tx, id_, delivery_id)


async def redeliver(house: House, id_: str, delivery_id: str, now: datetime) -> str:
    """Plan to tell once more what was told; return the id of the new delivery."""
    async with house.database.begin() as tx:
        await hold(tx, id_)
        before = await find_in_log(tx, id_, delivery_id)
        told = msgspec.convert(before.subject, Occurrence)
        planned = dispatch(told, id_, before.thread_id, now)
        await deliveries.plan(tx, [planned])
    return planned.id


async def hold(tx: AsyncConnection, id_: str) -> WebhookSubscription:
    """Lock one that must exist. Raises NotFound."""
    return _found(await SUBSCRIPTIONS.get(tx, id_, hold=True), id_)


def _found(subscription: WebhookSubscription | None, id_: str) -> WebhookSubscription:
    if subscription is None:
        raise NotFound(KIND, id_)
    return subscription


async def _granted(
    tx: AsyncConnection, wish: Wish, before: WebhookSubscription
) -> WebhookSubscription:
    """Return what is wished for, if it may be. Raises Invalid, Arguments."""
    after = grant(wish, before)
    if after.filter_type == "account_reference":
        after = replace(after, filter_id=None)
    after = replace(after, description=printable(after.description.strip()))
    refuse(faults_of_subscription(after))
    if after.filter_type in _FILTERS and after.filter_id != before.filter_id:
        kind, rows = _FILTERS[after.filter_type]
        if await rows.get(tx, after.filter_id or "") is None:
            raise Arguments(f"{kind} {after.filter_id} was not found.")
    return after


async def _know(tx: AsyncConnection, house: House, subscription: WebhookSubscription) -> Known:
    filter_name = None
    if subscription.filter_type in _FILTERS:
        _, rows = _FILTERS[subscription.filter_type]
        called = await rows.names(tx, [subscription.filter_id or ""])
        filter_name = called.get(subscription.filter_id or "")
    headers = webhook_secrets.headers_of(house.sealer, subscription)
    return Known(
        subscription=subscription,
        header_names=tuple(name for name, _ in headers),
        filter_name=filter_name,
    )


def _where(filter_type: FilterType | None, filter_id: str | None) -> Iterator[Where]:
    if filter_type in _FILTERS and not filter_id:
        raise Invalid("Filter id is needed, unless the filter type is account.")
    if filter_type:
        yield SUBSCRIPTIONS.c.filter_type == filter_type
    if filter_type in _FILTERS:
        yield SUBSCRIPTIONS.c.filter_id == filter_id
