"""Schedules and policies for tests, put straight into the database."""

from datetime import datetime, timedelta
from typing import Any

from tests.night import Night
from tests.team import NOON
from tocsin.domain.duty.escalation_policy import EscalationPolicy, Rule, Target
from tocsin.domain.duty.schedule import Layer, Override, Schedule
from tocsin.domain.people.user import User
from tocsin.kit.ids import new_id
from tocsin.store.duty.escalation_policies import POLICIES
from tocsin.store.duty.overrides import OVERRIDES
from tocsin.store.duty.schedules import SCHEDULES

DAY = timedelta(days=1)
WEEK = 7 * DAY


async def make_rota(
    night: Night, name: str, *users: User, turn: timedelta = DAY, **given: Any
) -> Schedule:
    """Make a schedule on which these people take turns since noon; ``given`` is the layer's."""
    plain = {"start": NOON, "rotation_virtual_start": NOON}
    layer = Layer(
        id=new_id(),
        name="Layer 1",
        turn_seconds=int(turn.total_seconds()),
        user_ids=tuple(user.id for user in users),
        **(plain | given),
    )
    schedule = Schedule(id=new_id(), name=name, time_zone="Europe/Vienna", layers=(layer,))
    async with night.database.begin() as tx:
        return await SCHEDULES.insert(tx, schedule)


async def make_policy(
    night: Night, name: str, *levels: tuple[User | Schedule, ...], **given: Any
) -> EscalationPolicy:
    """Make a policy that climbs these levels, five minutes each; ``given`` is each rule's."""
    loops = given.pop("num_loops", 0)
    rules = tuple(
        Rule(
            id=new_id(),
            targets=tuple(target_of(one) for one in level),
            **({"delay_minutes": 5} | given),
        )
        for level in levels
    )
    policy = EscalationPolicy(id=new_id(), name=name, rules=rules, num_loops=loops)
    async with night.database.begin() as tx:
        return await POLICIES.insert(tx, policy)


async def stand_in(
    night: Night, schedule: Schedule, user: User, start: datetime, end: datetime
) -> Override:
    """Let somebody hold a schedule instead of whoever the layers say."""
    override = Override(
        id=new_id(),
        schedule_id=schedule.id,
        user_id=user.id,
        start=start,
        end=end,
        created_at=NOON,
    )
    async with night.database.begin() as tx:
        return await OVERRIDES.insert(tx, override)


def target_of(one: User | Schedule) -> Target:
    """Return somebody, or a schedule, as a level names them."""
    return Target("user" if isinstance(one, User) else "schedule", one.id)
