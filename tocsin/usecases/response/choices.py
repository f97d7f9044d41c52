"""Choices: what forms about incidents offer, what is most likely wanted first."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa

from tocsin.domain.duty.schedule import Range
from tocsin.domain.response.incident import Incident
from tocsin.store import tables
from tocsin.store.names import listed
from tocsin.store.response import incident_lists
from tocsin.store.response.incident_lists import Asked
from tocsin.usecases.duty.oncalls import Query, find
from tocsin.usecases.house import House
from tocsin.usecases.response.glances import STATUSES

MOST: Final = 1000  # of one kind
MOST_TARGETS: Final = 25

Named = Sequence[tuple[str, str]]  # ids and names


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """All services, people and policies, by name."""

    services: Named
    people: Named
    policies: Named


class Taker(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is on call now: for which levels of which policies, in words."""

    user_id: str
    name: str
    duties: Sequence[str]


class Teachers(msgspec.Struct, frozen=True, kw_only=True):
    """Whom one can learn from: people, and schedules, whoever holds them."""

    people: Named
    schedules: Named


async def teachers(house: House) -> Teachers:
    """Name everybody whom somebody in training can learn from."""
    async with house.database.read() as tx:
        return Teachers(
            people=await listed(tx, tables.users, most=MOST),
            schedules=await listed(tx, tables.schedules, most=MOST),
        )


async def offer(house: House) -> Choices:
    """Name everything that an incident can be sought by, or given to."""
    async with house.database.read() as tx:
        return Choices(
            services=await listed(tx, tables.services, most=MOST),
            people=await listed(tx, tables.users, most=MOST),
            policies=await listed(tx, tables.escalation_policies, most=MOST),
        )


async def services(house: House) -> Named:
    """Name all services."""
    return await _all(house, tables.services)


async def people(house: House) -> Named:
    """Name everybody."""
    return await _all(house, tables.users)


async def policies(house: House) -> Named:
    """Name all escalation policies."""
    return await _all(house, tables.escalation_policies)


async def takers(house: House, concerned: Iterable[Incident], now: datetime) -> list[Taker]:
    """List who is on call now: those first whom the policies of these incidents name."""
    nearby = {incident.policy.id for incident in concerned}
    rows, plan = await find(house, Query(asked=Range(now, now)), now, most=MOST)
    duties: dict[str, dict[str, None]] = {}
    for row in sorted(rows, key=lambda row: (row.policy_id not in nearby, row.level)):
        duty = f"{plan.policies[row.policy_id].name}, level {row.level}"
        duties.setdefault(row.user_id, {})[duty] = None
    return [
        Taker(user_id=id_, name=plan.users[id_].name, duties=tuple(theirs))
        for id_, theirs in duties.items()
    ]


async def targets(house: House, concerned: Sequence[Incident]) -> list[Incident]:
    """List other open incidents that these may go on in: of the same services first."""
    newest = Asked(statuses=STATUSES["open"], sorting=(("created_at", True),))
    nearby = tuple({incident.service_id for incident in concerned})
    near = msgspec.structs.replace(newest, service_ids=nearby)
    ids = {incident.id for incident in concerned}
    async with house.database.read() as tx:
        most = MOST_TARGETS + len(ids)
        found = await incident_lists.find(tx, near, newest, limit=2 * most, offset=0)
    others = {incident.id: incident for incident in found if incident.id not in ids}
    return list(others.values())[:MOST_TARGETS]


async def _all(house: House, table: sa.Table) -> Named:
    async with house.database.read() as tx:
        return await listed(tx, table, most=MOST)
