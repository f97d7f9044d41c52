"""Hand-offs: people are told before their shifts begin and end, as their rules want it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from tocsin.domain.duty.escalation_policy import Target
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.reaching.handoff import LATE, HandoffRule, Turning, turnings
from tocsin.domain.reaching.message import Notice, Purpose
from tocsin.store.people.contact_methods import CONTACT_METHODS
from tocsin.store.reaching import handoffs as store
from tocsin.store.reaching.handoffs import HANDOFF_RULES
from tocsin.usecases.duty.board import Plan
from tocsin.usecases.duty.own_duty import read_plan
from tocsin.usecases.house import House
from tocsin.usecases.reaching import notices

ALWAYS: Final = "always"


async def tell(house: House, now: datetime) -> int:
    """Plan the notices that are due; return how many. Nobody is told of a shift twice."""
    async with house.database.read() as tx:
        rules = await HANDOFF_RULES.select(tx)
        used = await store.policies_with_services(tx)
    if not rules:
        return 0
    plan = await read_plan(house, now)
    due = [
        (rule, schedule, turning)
        for rule in rules
        for schedule in _schedules_of(plan, rule.user_id, used)
        for turning in turnings(schedule, rule, now)
    ]
    return sum([await _tell(house, *one, now) for one in due])


def _schedules_of(plan: Plan, user_id: str, used: set[str]) -> Iterator[Schedule]:
    """Return the schedules of a person that page somebody: others are nobody's shift."""
    for schedule_id, members in plan.members.items():
        places = plan.places.get(Target("schedule", schedule_id), ())
        policies = [plan.policies[place.policy_id] for place in places]
        if user_id in members and any(
            policy.id in used or policy.on_call_handoff_notifications == ALWAYS
            for policy in policies
        ):
            yield plan.schedules[schedule_id]


async def _tell(
    house: House, rule: HandoffRule, schedule: Schedule, turning: Turning, now: datetime
) -> bool:
    notice = Notice(schedule=schedule.name, begins=turning.begins, shift_at=turning.at)
    async with house.database.begin() as tx:
        method = await CONTACT_METHODS.get(tx, rule.contact_method_id)
        is_new = method and await store.note_told(tx, rule, schedule.id, turning)
        if not (method and is_new):
            return False
        purpose = Purpose(kind="hand_off", notice=notice)
        await notices.plan(tx, house, method, purpose, now, good_for=turning.at + LATE - now)
    return True
