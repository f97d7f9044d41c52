"""Policies, schedules and services for tests to begin with."""

from collections.abc import Sequence
from typing import Any, Final

import httpx
import msgspec

from tocsin.domain.intake.service import Service
from tocsin.domain.people.user import User
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import Agent
from tocsin.kit.ids import new_id
from tocsin.store.driver import driver
from tocsin.store.duty.escalation_policies import POLICIES
from tocsin.store.intake.services import SERVICES
from tocsin.store.writes import Writes, flush
from tocsin.usecases.desk import Desk
from tocsin.usecases.house import House
from tocsin.usecases.response import opening

MONDAY: Final = "2026-11-16T09:00:00Z"  # five days before the tests' noon


def ref(user: User) -> dict[str, str]:
    """Return a reference to a user as clients send it."""
    return {"id": user.id, "type": "user_reference"}


def a_policy(name: str, *levels: Sequence[dict[str, str]], **others: Any) -> dict[str, Any]:
    """Return a policy as clients send it, with one rule for each list of targets."""
    rules = [{"escalation_delay_in_minutes": 30, "targets": list(level)} for level in levels]
    return {"type": "escalation_policy", "name": name, "escalation_rules": rules, **others}


def a_layer(*users: User, **others: Any) -> dict[str, Any]:
    """Return a layer as clients send it: daily turns that began on Monday."""
    return {
        "start": MONDAY,
        "rotation_virtual_start": MONDAY,
        "rotation_turn_length_seconds": 86_400,
        "users": [{"user": ref(user)} for user in users],
        **others,
    }


async def a_schedule(
    api: httpx.AsyncClient, name: str, layers: Sequence[Sequence[User]], time_zone: str = "UTC"
) -> str:
    """Make a schedule with layers of these people, the lowest first, and return its id."""
    body = {
        "type": "schedule",
        "name": name,
        "time_zone": time_zone,
        "schedule_layers": [a_layer(*users) for users in layers],
    }
    answer = await api.post("/schedules", json={"schedule": body})
    return str(answer.json()["schedule"]["id"])


async def a_service(house: House, name: str, policy_id: str) -> Service:
    """Make a service."""
    service = Service(
        id=new_id(), name=name, escalation_policy_id=policy_id, created_at=house.clock()
    )
    async with house.database.begin() as tx:
        return await SERVICES.insert(tx, service)


async def open_incident(house: House, service: Service, *assignees: User) -> Incident:
    """Let an incident of a service begin, before these people."""
    async with house.database.begin() as tx:
        desk = await Desk.at(tx, house.directory, house.clock())
        policies = await desk.view.know_policy_ids(desk.connection, [service.escalation_policy_id])
        await desk.prepare(policies=policies, people=[user.id for user in assignees])
        incident = opening.open_incident(
            desk,
            service,
            policies[0],
            title="Down",
            urgency="high",
            agent=Agent("service", service.id),
            channel={"type": "api"},
            assignees=tuple(user.id for user in assignees),
        )
        await desk.write()
    return incident


async def an_open_incident(house: House, policy_id: str) -> Incident:
    """Store an incident that climbs a policy as it is now."""
    now = house.clock()
    async with house.database.begin() as tx:
        policy = await POLICIES.get(tx, policy_id)
        assert policy
        incident = Incident(
            id=new_id("Q"),
            title="Disk full",
            service_id="PSERVICE",
            policy=policy,
            created_at=now,
            updated_at=now,
            last_status_change_at=now,
            last_status_change_by=Agent("service", "PSERVICE"),
        )
        await flush(await driver(tx), Writes(new_incidents={incident.id: incident}))
    return incident


async def resolve(house: House, incident: Incident) -> None:
    """Store an incident as resolved."""
    over = msgspec.structs.replace(incident, status="resolved", resolved_at=house.clock())
    async with house.database.begin() as tx:
        await flush(await driver(tx), Writes(incidents={over.id: over}))
