"""Devices: browsers that add themselves to the ways to reach somebody, and move."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_line
from tocsin.domain.people.user import ContactMethod, NotificationRule, Urgency
from tocsin.domain.reaching.contact_kind import PUSH
from tocsin.domain.reaching.device import Subscription, Unfit, read_subscription
from tocsin.kit.ids import new_id
from tocsin.kit.vapid import vapid_of
from tocsin.store.people.contact_methods import CONTACT_METHODS
from tocsin.store.people.notification_rules import NOTIFICATION_RULES
from tocsin.store.rows import Where
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.people import users
from tocsin.usecases.people.contact_methods import LONGEST_LABEL
from tocsin.usecases.wishes import refuse


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A browser's subscription as it wrote it, what it is called, and when it is used at once."""

    subscription: str
    label: str
    urgencies: Sequence[Urgency] = ("high",)


def public_key(house: House) -> str:
    """Return the key by which push services and browsers know this installation."""
    return vapid_of(house.sealer).public


async def add(house: House, user_id: str, wish: Wish, now: datetime) -> ContactMethod:
    """Let a device reach somebody. One that is known already is made good again."""
    label = wish.label.strip()
    refuse(faults_of_line("Label", label, LONGEST_LABEL))
    subscription = _read(wish.subscription)
    async with house.database.begin() as tx:
        await users.hold(tx, user_id)
        known = await _known(tx, subscription, CONTACT_METHODS.c.user_id == user_id)
        if known:
            return await CONTACT_METHODS.update(tx, _sealed(house, known[0], subscription, label))
        blank = ContactMethod(
            id=new_id(),
            user_id=user_id,
            kind=PUSH.name,
            label=label,
            address="",
            proven_at=now,
            created_at=now,
        )
        method = await CONTACT_METHODS.insert(tx, _sealed(house, blank, subscription, label))
        for urgency in wish.urgencies:
            await NOTIFICATION_RULES.insert(tx, _rule(method, urgency, now))
        return method


async def renew(house: House, endpoint: str, subscription: str) -> None:
    """Let what a browser has now take the place of what it had. Raises NotFound.

    Only the browser, its push service and this house know the old endpoint: it is the proof.
    """
    fresh = _read(subscription)
    before = _read(_written(msgspec.structs.replace(fresh, endpoint=endpoint)))
    async with house.database.begin() as tx:
        known = [m for m in await _known(tx, before) if _endpoint(house, m) == endpoint]
        for method in known:
            await CONTACT_METHODS.update(tx, _sealed(house, method, fresh, method.label))
    if not known:
        raise NotFound("Device", before.shown)


def _read(text: str) -> Subscription:
    try:
        return read_subscription(text)
    except Unfit as no:
        raise Invalid(str(no)) from None


async def _known(
    tx: AsyncConnection, subscription: Subscription, *where: Where
) -> list[ContactMethod]:
    c = CONTACT_METHODS.c
    return await CONTACT_METHODS.select(
        tx, c.kind == PUSH.name, c.address == subscription.shown, *where
    )


def _sealed(
    house: House, method: ContactMethod, subscription: Subscription, label: str
) -> ContactMethod:
    return msgspec.structs.replace(
        method,
        label=label,
        address=subscription.shown,
        sealed=house.sealer.seal(_written(subscription)),
        fault=None,
        fault_at=None,
    )


def _written(subscription: Subscription) -> str:
    return msgspec.json.encode(subscription).decode()


def _endpoint(house: House, method: ContactMethod) -> str:
    return read_subscription(house.sealer.open(method.sealed or b"")).endpoint


def _rule(method: ContactMethod, urgency: Urgency, now: datetime) -> NotificationRule:
    return NotificationRule(
        id=new_id(),
        user_id=method.user_id,
        contact_method_id=method.id,
        urgency=urgency,
        created_at=now,
    )
