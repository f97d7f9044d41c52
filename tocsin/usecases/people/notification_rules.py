"""Notification rules of users: found, made, changed and taken away."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_number
from tocsin.domain.people.user import ContactMethod, NotificationRule, Urgency
from tocsin.kit.ids import new_id
from tocsin.store.people import contact_methods, notification_rules
from tocsin.store.people.notification_rules import NOTIFICATION_RULES
from tocsin.store.rows import Taken
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.people import users
from tocsin.usecases.wishes import grant, refuse

LONGEST_DELAY: Final = 7 * 24 * 60  # minutes

# Clients compare it to the letter.
NOT_UNIQUE: Final = "Channel Start delay must be unique for a given contact method"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule shall be; UNSET leaves it as it is."""

    contact_method_id: str | UnsetType = UNSET
    urgency: Urgency | UnsetType = UNSET
    delay_minutes: int | UnsetType = UNSET


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with the contact method that it uses."""

    rule: NotificationRule
    method: ContactMethod


async def find(house: House, user_id: str, urgency: Urgency | None) -> Sequence[Known]:
    """List a user's rules for one urgency, or for both."""
    urgent = () if urgency is None else (NOTIFICATION_RULES.c.urgency == urgency,)
    async with house.database.read() as tx:
        await users.check(tx, user_id)
        methods = await _methods(tx, user_id)
        rules = await notification_rules.of_users(tx, [user_id], *urgent)
    return [Known(rule=rule, method=methods[rule.contact_method_id]) for rule in rules]


async def get(house: House, user_id: str, rule_id: str) -> Known:
    """Read one rule of a user."""
    async with house.database.read() as tx:
        rule = await _get_in(tx, user_id, rule_id)
        methods = await _methods(tx, user_id)
    return Known(rule=rule, method=methods[rule.contact_method_id])


async def create(house: House, user_id: str, wish: Wish, now: datetime) -> Known:
    """Give a user one more rule."""
    blank = NotificationRule(
        id=new_id(), user_id=user_id, contact_method_id="", urgency="high", created_at=now
    )
    rule = grant(wish, blank)
    async with house.database.begin() as tx:
        await users.hold(tx, user_id)
        method = await _check(tx, rule)
        try:
            await NOTIFICATION_RULES.insert(tx, rule)
        except Taken:
            raise Invalid(NOT_UNIQUE) from None
    return Known(rule=rule, method=method)


async def change(house: House, user_id: str, rule_id: str, wish: Wish) -> Known:
    """Change one rule of a user. Pages that are planned already go as planned."""
    async with house.database.begin() as tx:
        await users.hold(tx, user_id)
        rule = grant(wish, await _get_in(tx, user_id, rule_id))
        method = await _check(tx, rule)
        try:
            await NOTIFICATION_RULES.update(tx, rule)
        except Taken:
            raise Invalid(NOT_UNIQUE) from None
    return Known(rule=rule, method=method)


async def remove(house: House, user_id: str, rule_id: str) -> None:
    """Take away one rule of a user."""
    async with house.database.begin() as tx:
        await users.hold(tx, user_id)
        await _get_in(tx, user_id, rule_id)
        await NOTIFICATION_RULES.delete(tx, rule_id)


async def _get_in(tx: AsyncConnection, user_id: str, rule_id: str) -> NotificationRule:
    rule = await NOTIFICATION_RULES.get(tx, rule_id)
    if rule is None or rule.user_id != user_id:
        raise NotFound("Notification rule", rule_id)
    return rule


async def _methods(tx: AsyncConnection, user_id: str) -> Mapping[str, ContactMethod]:
    return {method.id: method for method in await contact_methods.of_users(tx, [user_id])}


async def _check(tx: AsyncConnection, rule: NotificationRule) -> ContactMethod:
    """Return the contact method of a rule that may be stored. Raises Invalid, Arguments."""
    refuse(_faults(rule))
    method = (await _methods(tx, rule.user_id)).get(rule.contact_method_id)
    if method is None:
        raise Arguments(f"Contact method {rule.contact_method_id} was not found.")
    return method


def _faults(rule: NotificationRule) -> Iterator[str]:
    if not rule.contact_method_id:
        yield "Contact method cannot be blank."
    yield from faults_of_number(
        "Start delay", rule.delay_minutes, range(LONGEST_DELAY + 1), "minutes"
    )
