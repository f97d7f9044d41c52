"""A sample team, so that a new installation has somebody to wake."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.duty.escalation_policy import Target
from tocsin.domain.duty.schedule import Layer
from tocsin.usecases.duty import escalation_policies, schedules
from tocsin.usecases.first_start import THE_HOUSE
from tocsin.usecases.house import House
from tocsin.usecases.intake import integrations, services
from tocsin.usecases.parts import Part
from tocsin.usecases.people import users

SERVICE: Final = "Checkout"
DAY: Final = 86_400
PATIENCE: Final = 1  # minutes until the second level, short enough to watch

_PEOPLE: Final = ("Ann", "Ben", "Chris")


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """The service that can break, and the key that tells so."""

    service_id: str
    integration_key: str


async def provide(house: House, now: datetime) -> Sample:
    """Return the sample, made on first use: three people, a rotation, a policy, a service."""
    name = services.Filter(name=SERVICE)
    found, _ = await services.find(house, name, Part(limit=1), now)
    if found and found[0].integrations:
        service = found[0].service
        known = await integrations.get(house, service.id, found[0].integrations[0].id)
    else:
        known = await _make(house, now)
    return Sample(service_id=known.service.id, integration_key=known.key)


async def _make(house: House, now: datetime) -> integrations.Known:
    ann, ben, chris = [await _person(house, name, now) for name in _PEOPLE]
    schedule_id = await _rotation(house, (ann, ben), now)
    levels = (Target("schedule", schedule_id), Target("user", chris))
    rules = tuple(
        escalation_policies.RuleWish(delay_minutes=PATIENCE, targets=(target,)) for target in levels
    )
    policy = await escalation_policies.create(
        house, escalation_policies.Wish(name=SERVICE, rules=rules, num_loops=2)
    )
    wish = services.Wish(name=SERVICE, escalation_policy_id=policy.policy.id)
    service = await services.create(house, wish, now)
    return await integrations.create(
        house, service.service.id, integrations.Wish(name="Monitoring"), now
    )


async def _person(house: House, name: str, now: datetime) -> str:
    wish = users.Wish(name=name, email=f"{name.lower()}@example.com")
    return (await users.create(house, wish, THE_HOUSE, now)).user.id


async def _rotation(house: House, user_ids: tuple[str, ...], now: datetime) -> str:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    layer = Layer(
        id="",
        name="Daily",
        start=midnight - timedelta(days=1),
        rotation_virtual_start=midnight - timedelta(days=1),
        turn_seconds=DAY,
        user_ids=user_ids,
    )
    wish = schedules.Wish(name=SERVICE, time_zone=house.account.time_zone, layers=(layer,))
    return (await schedules.create(house, wish)).schedule.id
