"""Belongings: the escalation policies and the schedules that teams answer for."""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.duty.schedule import Schedule
from tocsin.store.duty.escalation_policies import POLICIES
from tocsin.store.duty.schedules import SCHEDULES
from tocsin.store.people import teams as store
from tocsin.store.people.teams import Belongings
from tocsin.usecases.duty.escalation_policies import hold as hold_policy
from tocsin.usecases.duty.schedules import hold as hold_schedule
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.people import teams


async def count(house: House, team_ids: Sequence[str]) -> Mapping[str, Belongings]:
    """Count who is on each of these teams, and what it answers for."""
    async with house.database.read() as tx:
        return await store.count_belongings(tx, team_ids)


async def put_policy(house: House, team_id: str, policy_id: str) -> EscalationPolicy:
    """Let a team answer for a policy, and no other team."""
    async with house.database.begin() as tx:
        await teams.hold(tx, team_id)
        policy = await hold_policy(tx, policy_id)
        return await POLICIES.update(tx, replace(policy, team_ids=(team_id,)))


async def remove_policy(house: House, team_id: str, policy_id: str) -> EscalationPolicy:
    """Let a team answer for a policy no longer."""
    async with house.database.begin() as tx:
        await teams.hold(tx, team_id)
        policy = await hold_policy(tx, policy_id)
        if team_id not in policy.team_ids:
            raise NotFound("Escalation policy", policy_id)
        return await POLICIES.update(tx, replace(policy, team_ids=()))


async def put_schedule(house: House, team_id: str, schedule_id: str) -> Schedule:
    """Let a team answer for a schedule, besides those that do already."""
    async with house.database.begin() as tx:
        await teams.hold(tx, team_id)
        schedule = await hold_schedule(tx, schedule_id)
        team_ids = tuple(dict.fromkeys((*schedule.team_ids, team_id)))
        return await SCHEDULES.update(tx, replace(schedule, team_ids=team_ids))


async def remove_schedule(house: House, team_id: str, schedule_id: str) -> Schedule:
    """Let a team answer for a schedule no longer."""
    async with house.database.begin() as tx:
        await teams.hold(tx, team_id)
        schedule = await hold_schedule(tx, schedule_id)
        if team_id not in schedule.team_ids:
            raise NotFound("Schedule", schedule_id)
        team_ids = tuple(id_ for id_ in schedule.team_ids if id_ != team_id)
        return await SCHEDULES.update(tx, replace(schedule, team_ids=team_ids))
