"""Rules about notices: by what people are told of hand-offs and of status updates."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Generic, TypeVar

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_number
from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.handoff import HandoffRule, HandoffType, StatusUpdateRule
from tocsin.kit.ids import new_id
from tocsin.store.people import contact_methods
from tocsin.store.reaching.handoffs import HANDOFF_RULES, STATUS_UPDATE_RULES
from tocsin.store.rows import Rows, Taken
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.people import users
from tocsin.usecases.wishes import grant, refuse

Rule = TypeVar("Rule", HandoffRule, StatusUpdateRule)

LONGEST_ADVANCE: Final = 7 * 24 * 60  # minutes
NOT_UNIQUE: Final = "There is such a rule for this contact method already."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule shall be; UNSET leaves it as it is. Status updates know the method alone."""

    contact_method_id: str | UnsetType = UNSET
    handoff_type: HandoffType | UnsetType = UNSET
    advance_minutes: int | UnsetType = UNSET


class Known(msgspec.Struct, Generic[Rule], frozen=True, kw_only=True):
    """A rule with the contact method that it uses."""

    rule: Rule
    method: ContactMethod


class Rulebook(Generic[Rule]):
    """The rules of one kind."""

    def __init__(self, rows: Rows[Rule], noun: type[Rule], name: str) -> None:
        self._rows: Rows[Rule] = rows
        self._noun: type[Rule] = noun
        self._name = name

    async def find(self, house: House, user_id: str) -> list[Known[Rule]]:
        """List a person's rules, the oldest first."""
        async with house.database.read() as tx:
            await users.check(tx, user_id)
            methods = await contact_methods.of_user(tx, user_id)
            mine = self._rows.c.user_id == user_id
            rules = await self._rows.select(tx, mine, order_by=(self._rows.c.created_at,))
        return [Known(rule=rule, method=methods[rule.contact_method_id]) for rule in rules]

    async def get(self, house: House, user_id: str, rule_id: str) -> Known[Rule]:
        """Read one rule of a person."""
        async with house.database.read() as tx:
            rule = await self._get_in(tx, user_id, rule_id)
            methods = await contact_methods.of_user(tx, user_id)
        return Known(rule=rule, method=methods[rule.contact_method_id])

    async def create(self, house: House, user_id: str, wish: Wish, now: datetime) -> Known[Rule]:
        """Give a person one more rule."""
        async with house.database.begin() as tx:
            await users.hold(tx, user_id)
            blank = self._noun(id=new_id(), user_id=user_id, contact_method_id="", created_at=now)
            known = await self._check(tx, self._wished(wish, blank))
            try:
                await self._rows.insert(tx, known.rule)
            except Taken:
                raise Invalid(NOT_UNIQUE) from None
        return known

    async def change(self, house: House, user_id: str, rule_id: str, wish: Wish) -> Known[Rule]:
        """Change one rule of a person."""
        async with house.database.begin() as tx:
            await users.hold(tx, user_id)
            rule = self._wished(wish, await self._get_in(tx, user_id, rule_id))
            known = await self._check(tx, rule)
            try:
                await self._rows.update(tx, known.rule)
            except Taken:
                raise Invalid(NOT_UNIQUE) from None
        return known

    async def remove(self, house: House, user_id: str, rule_id: str) -> None:
        """Take away one rule of a person."""
        async with house.database.begin() as tx:
            await users.hold(tx, user_id)
            await self._get_in(tx, user_id, rule_id)
            await self._rows.delete(tx, rule_id)

    def _wished(self, wish: Wish, before: Rule) -> Rule:
        known = {
            name: UNSET if name not in self._noun.__struct_fields__ else getattr(wish, name)
            for name in Wish.__struct_fields__
        }
        return grant(Wish(**known), before)

    async def _get_in(self, tx: AsyncConnection, user_id: str, rule_id: str) -> Rule:
        rule = await self._rows.get(tx, rule_id)
        if rule is None or rule.user_id != user_id:
            raise NotFound(self._name, rule_id)
        return rule

    async def _check(self, tx: AsyncConnection, rule: Rule) -> Known[Rule]:
        """See that a rule may be stored. Raises Invalid, Arguments."""
        refuse(_faults(rule))
        method = (await contact_methods.of_user(tx, rule.user_id)).get(rule.contact_method_id)
        if method is None:
            raise Arguments(f"Contact method {rule.contact_method_id} was not found.")
        return Known(rule=rule, method=method)


HANDOFFS: Final = Rulebook(HANDOFF_RULES, HandoffRule, "Handoff notification rule")
STATUS_UPDATES: Final = Rulebook(
    STATUS_UPDATE_RULES, StatusUpdateRule, "Status update notification rule"
)


def _faults(rule: HandoffRule | StatusUpdateRule) -> Iterator[str]:
    if not rule.contact_method_id:
        yield "Contact method cannot be blank."
    if isinstance(rule, HandoffRule):
        minutes = range(LONGEST_ADVANCE + 1)
        yield from faults_of_number("Notify advance in minutes", rule.advance_minutes, minutes)
