"""An incident that a person begins, without a monitoring tool."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.intake.service import Service
from tocsin.domain.people.user import Urgency, User
from tocsin.domain.response.incident import ConferenceBridge, Incident
from tocsin.domain.response.urgency import urgency_of
from tocsin.store.intake.services import SERVICES
from tocsin.store.response import incidents
from tocsin.usecases.desk import Desk
from tocsin.usecases.errors import Arguments
from tocsin.usecases.house import House
from tocsin.usecases.response.incidents import (
    EITHER_OR,
    NO_SERVICE,
    by_hand,
    faults_of_title,
    know,
    policy_of,
)
from tocsin.usecases.response.opening import open_incident
from tocsin.usecases.wishes import refuse

LONGEST_KEY: Final = 255

# Clients look for this sentence, to the letter.
KEY_IN_USE: Final = "Open incident with matching dedup key already exists on this service"

DISABLED: Final = "The service is disabled: no incident can begin on it."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """An incident that shall begin. Without an urgency the service's rule decides."""

    title: str
    service_id: str
    urgency: Urgency | None = None
    priority: tuple[str, str] | None = None
    body: str | None = None
    incident_key: str | None = None
    assignees: tuple[str, ...] = ()
    policy_id: str | None = None
    conference_bridge: ConferenceBridge | None = None


async def create(house: House, wish: Wish, user: User, now: datetime) -> Incident:
    """Let an incident begin. A maintenance window does not keep a person from it."""
    refuse(_faults(wish))
    if wish.assignees and wish.policy_id:
        raise Arguments(EITHER_OR)
    async with house.database.begin() as tx:
        service = await _hold_service(tx, wish)
        desk = await Desk.at(tx, house.directory, now)
        policy_id = wish.policy_id or service.escalation_policy_id
        await know(desk, policies={policy_id}, people=wish.assignees)
        incident = _open(desk, wish, service, policy_of(desk, policy_id), user)
        await desk.write()
        numbered = await incidents.get_many(tx, [incident.id])
    return numbered[incident.id]


def _faults(wish: Wish) -> Iterable[str]:
    yield from faults_of_title(wish.title)
    if wish.incident_key and len(wish.incident_key) > LONGEST_KEY:
        yield f"Incident key is too long (maximum is {LONGEST_KEY} characters)."


async def _hold_service(tx: AsyncConnection, wish: Wish) -> Service:
    """Lock the service, so that no two people begin an incident with the same key on it."""
    service = await SERVICES.get(tx, wish.service_id, hold=True)
    if service is None:
        raise Arguments(NO_SERVICE)
    if service.disabled:
        raise Arguments(DISABLED)
    key = wish.incident_key
    if key and await incidents.open_with_key(tx, service.id, key):
        raise Arguments(KEY_IN_USE)
    return service


def _open(
    desk: Desk, wish: Wish, service: Service, policy: EscalationPolicy, user: User
) -> Incident:
    by = by_hand(user)
    told = {"summary": wish.title, "subject": wish.title, "details": wish.body}
    by_rule = urgency_of(service.urgency_rule, service.support_hours, None, desk.now)
    return open_incident(
        desk,
        service,
        policy,
        title=wish.title,
        urgency=wish.urgency or by_rule,
        agent=by.agent,
        channel=by.channel,
        trigger_channel={"type": "web_trigger", **told},
        assignees=wish.assignees,
        incident_key=wish.incident_key,
        priority_id=wish.priority[0] if wish.priority else None,
        body=wish.body,
        conference_bridge=wish.conference_bridge,
    )
