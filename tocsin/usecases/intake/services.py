"""Services: found, made, changed and taken away."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.intake.service import (
    Integration,
    ScheduledAction,
    Service,
    SupportHours,
    UrgencyRule,
)
from tocsin.domain.intake.service_faults import faults_of_service
from tocsin.domain.people.team import Team
from tocsin.domain.people.user import User
from tocsin.domain.response.command import Resolve
from tocsin.domain.response.log_entry import Agent
from tocsin.kit.ids import new_id
from tocsin.kit.text import printable
from tocsin.store.duty.escalation_policies import POLICIES
from tocsin.store.intake import integrations, maintenance_windows
from tocsin.store.intake import services as store
from tocsin.store.intake.services import SERVICES, Standing, Tally
from tocsin.store.people import teams
from tocsin.store.response import alerts
from tocsin.store.rows import Taken, Where
from tocsin.usecases.desk import Desk
from tocsin.usecases.duty import escalation_policies
from tocsin.usecases.errors import Arguments, Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.machines.announcing import announce_service
from tocsin.usecases.parts import Part, read_part
from tocsin.usecases.response import incidents
from tocsin.usecases.wishes import grant, refuse

NAME_TAKEN: Final = "Name has already been taken"
GONE: Final = "The service was deleted."

Status = Literal["active", "warning", "critical", "maintenance", "disabled"]
Faring = Literal["any", "open", "maintenance", "disabled"]  # open: with incidents not over


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a service shall be; UNSET leaves it as it is. A timeout of 0 or None is off."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    escalation_policy_id: str | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    acknowledgement_timeout: int | UnsetType | None = UNSET
    auto_resolve_timeout: int | UnsetType | None = UNSET
    urgency_rule: UrgencyRule | UnsetType = UNSET
    support_hours: SupportHours | UnsetType | None = UNSET
    scheduled_actions: tuple[ScheduledAction, ...] | UnsetType = UNSET
    alert_grouping: dict[str, Any] | UnsetType | None = UNSET
    auto_pause: dict[str, Any] | UnsetType | None = UNSET


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which services are wanted: with a text in their names, of one name, of teams.

    ``about`` looks into descriptions too; ``faring`` wants those that fare so.
    """

    search: str | None = None
    name: str | None = None
    about: str | None = None
    team_ids: tuple[str, ...] = ()
    faring: Faring = "any"
    descending: bool = False


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A service, what belongs to it, who answers for its policy, and how it fares."""

    service: Service
    policy: EscalationPolicy
    integrations: Sequence[Integration] = ()
    standing: Standing = Standing()
    teams: Sequence[Team] = ()

    @property
    def status(self) -> Status:
        """The one word for how it fares: the strongest that is true."""
        words: Mapping[Status, bool] = {
            "disabled": self.service.disabled,
            "maintenance": self.standing.in_maintenance,
            "critical": self.standing.triggered > 0,
            "warning": self.standing.open > 0,
        }
        return next((word for word, is_true in words.items() if is_true), "active")


async def find(
    house: House, asked: Filter, part: Part, now: datetime
) -> tuple[list[Known], int | None]:
    """List services by name."""
    where = tuple(_where(asked, now))
    order = store.BY_NAME_BACKWARDS if asked.descending else store.BY_NAME
    async with house.database.read() as tx:
        found, total = await read_part(tx, SERVICES, part, *where, order_by=order)
        return await know(tx, found, now), total


async def get_many(house: House, ids: Iterable[str], now: datetime) -> dict[str, Known]:
    """Read those of these services that exist."""
    async with house.database.read() as tx:
        found = await SERVICES.get_many(tx, ids)
        return {known.service.id: known for known in await know(tx, list(found.values()), now)}


async def policies_of(house: House, found: Iterable[Known]) -> dict[str, escalation_policies.Known]:
    """Read what belongs to the policies of services."""
    policies = {known.policy.id: known.policy for known in found}
    async with house.database.read() as tx:
        whole = await escalation_policies.know(tx, list(policies.values()))
    return {known.policy.id: known for known in whole}


async def get(house: House, service_id: str, now: datetime) -> Known:
    """Read one service."""
    async with house.database.read() as tx:
        service = await SERVICES.get(tx, service_id)
        if service is None:
            raise NotFound("Service", service_id)
        (known,) = await know(tx, [service], now)
    return known


async def tally(house: House, asked: Filter, now: datetime) -> Tally:
    """Count the services that are wanted, by how they fare."""
    async with house.database.read() as tx:
        return await store.tally(tx, now, *_where(asked, now))


async def create(house: House, wish: Wish, now: datetime) -> Known:
    """Make a service."""
    async with house.database.begin() as tx:
        (known,) = await know(tx, [await insert(tx, wish, now)], now)
    return known


async def insert(tx: AsyncConnection, wish: Wish, now: datetime) -> Service:
    """Make a service in a transaction that may do more."""
    service = _apply(wish, Service(id=new_id(), name="", escalation_policy_id="", created_at=now))
    await _check(tx, service)
    try:
        service = await SERVICES.insert(tx, service)
    except Taken:
        raise Invalid(NAME_TAKEN) from None
    await announce_service(tx, "service.created", service, None, now)
    return service


async def change(house: House, service_id: str, wish: Wish, now: datetime) -> Known:
    """Change a service. Open incidents keep the timeouts and the policy that they began with."""
    async with house.database.begin() as tx:
        service = _apply(wish, await hold(tx, service_id))
        await _check(tx, service)
        try:
            await SERVICES.update(tx, service)
        except Taken:
            raise Invalid(NAME_TAKEN) from None
        await announce_service(tx, "service.updated", service, None, now)
        (known,) = await know(tx, [service], now)
    return known


async def remove(house: House, service_id: str, by: User | None, now: datetime) -> None:
    """Take away a service with its integrations; its open incidents are over."""
    async with house.database.begin() as tx:
        service = await hold(tx, service_id)
        await _resolve_incidents(tx, house, service, by, now)
        agent = Agent("user", by.id, by.name) if by else None
        await announce_service(tx, "service.deleted", service, agent, now)
        await maintenance_windows.forget_service(tx, service_id)
        await SERVICES.delete(tx, service_id)


async def hold(tx: AsyncConnection, service_id: str) -> Service:
    """Lock a service that must exist. Raises NotFound."""
    service = await SERVICES.get(tx, service_id, hold=True)
    if service is None:
        raise NotFound("Service", service_id)
    return service


async def know(tx: AsyncConnection, found: Sequence[Service], now: datetime) -> list[Known]:
    """Read what belongs to services, for all of them at once."""
    ids = [service.id for service in found]
    policies = await POLICIES.get_many(tx, (service.escalation_policy_id for service in found))
    standings = await store.standings(tx, ids, now)
    owned = await integrations.of_services(tx, ids)
    answering = await teams.of_services(tx, ids)
    return [
        Known(
            service=service,
            policy=policies[service.escalation_policy_id],
            integrations=[one for one in owned if one.service_id == service.id],
            standing=standings[service.id],
            teams=answering.get(service.id, ()),
        )
        for service in found
    ]


def _where(asked: Filter, now: datetime) -> Iterator[Where]:
    if asked.search:
        yield store.named_like(asked.search)
    if asked.name:
        yield SERVICES.c.name == asked.name
    if asked.about:
        yield store.about(asked.about)
    if asked.team_ids:
        yield teams.services_of(asked.team_ids)
    if asked.faring == "open":
        yield store.with_open_incidents()
    if asked.faring == "maintenance":
        yield store.in_maintenance(now)
    if asked.faring == "disabled":
        yield SERVICES.c.disabled


async def _resolve_incidents(
    tx: AsyncConnection, house: House, service: Service, by: User | None, now: datetime
) -> None:
    """Nobody could find these incidents any more, and they would go on paging."""
    ids = await store.open_incidents(tx, service.id)
    await incidents.hold_alerts(tx, ids)
    held = await incidents.hold(tx, ids)
    desk = await Desk.at(tx, house.directory, now)
    agent = Agent("user", by.id, by.name) if by else Agent("service", service.id, service.name)
    channel = {"type": "website" if by else "auto"}
    for incident in held.values():
        desk.act(incident, Resolve(agent=agent, channel=channel, note=GONE))
    await alerts.set_status(tx, ids, "resolved", now)
    await desk.write()


async def _check(tx: AsyncConnection, service: Service) -> None:
    """See that a service may be stored. Raises Invalid, Arguments."""
    refuse(faults_of_service(service))
    if await POLICIES.get(tx, service.escalation_policy_id, hold=True) is None:
        raise Arguments(f"Escalation policy {service.escalation_policy_id} was not found.")


def _apply(wish: Wish, before: Service) -> Service:
    service = grant(wish, before)
    if service.urgency_rule.kind == "constant":  # hours that were for another rule go with it
        hours = None if wish.support_hours is UNSET else service.support_hours
        actions = () if wish.scheduled_actions is UNSET else service.scheduled_actions
        service = replace(service, support_hours=hours, scheduled_actions=actions)
    return replace(
        service,
        name=service.name.strip(),
        description=service.description and printable(service.description),
        acknowledgement_timeout=service.acknowledgement_timeout or None,
        auto_resolve_timeout=service.auto_resolve_timeout or None,
    )
