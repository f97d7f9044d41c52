"""Ties: what still needs a user, who can therefore not be taken away."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.duty import escalation_policies
from tocsin.store.duty.escalation_policies import POLICIES, Named
from tocsin.store.duty.schedules import BY_NAME as SCHEDULES_BY_NAME
from tocsin.store.duty.schedules import SCHEDULES, with_member
from tocsin.store.people import users
from tocsin.usecases.house import House

NAMED: Final = 5  # how many things of each kind are told


class Ties(msgspec.Struct, frozen=True, kw_only=True):
    """The first few of the incidents that somebody holds, the policies that page them, and so on.

    Incidents are told as people write them: #12.
    """

    incidents: Sequence[str]
    policies: Sequence[Named]
    schedules: Sequence[Named]

    def __bool__(self) -> bool:
        """Say whether there are any."""
        return bool(self.incidents or self.policies or self.schedules)

    def sentences(self) -> Iterator[str]:
        """Say what stands in the way."""
        for what, names in (
            ("incidents are assigned to them", self.incidents),
            ("escalation policies page them", [name for _, name in self.policies]),
            ("they are on schedules", [name for _, name in self.schedules]),
        ):
            if names:
                yield f"User cannot be deleted while {what}: {', '.join(names)}."


async def of_user(house: House, user_id: str, now: datetime) -> Ties:
    """Return what needs a user."""
    async with house.database.read() as tx:
        return await find(tx, user_id, now)


async def find(tx: AsyncConnection, user_id: str, now: datetime) -> Ties:
    """Find what needs a user."""
    pages = escalation_policies.targeting("user", [user_id])
    policies = await POLICIES.select(tx, pages, order_by=escalation_policies.BY_NAME, limit=NAMED)
    schedules = await SCHEDULES.select(tx, with_member(user_id), order_by=SCHEDULES_BY_NAME)
    held = [(one.id, one.name) for one in schedules if user_id in one.members(now)]
    return Ties(
        incidents=await users.open_incidents(tx, user_id, NAMED),
        policies=[(policy.id, policy.name) for policy in policies],
        schedules=held[:NAMED],
    )
