"""Announcing: what happens is planned for the subscriptions and rooms that are to hear of it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.service import Service
from tocsin.domain.machines.delivery import DeliveryLane, Dispatch
from tocsin.domain.machines.webhook import Listener, Occurrence, ServiceThen, occurrences
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import Agent, LogEntry
from tocsin.kit.ids import new_id
from tocsin.store.machines import deliveries
from tocsin.store.machines.webhook_subscriptions import listeners_now
from tocsin.store.people import teams


def announcements(
    listeners: Iterable[Listener], incident: Incident, log: Sequence[LogEntry], now: datetime
) -> Iterator[Dispatch]:
    """Yield who is to be told what of a change of an incident, in its order."""
    for told in occurrences(incident, log):
        for listener in listeners:
            if listener.wants(told.event, incident.service_id, now):
                yield dispatch(told, listener.id, incident.id, now, listener.lane)


async def announce_service(
    tx: AsyncConnection, event: str, service: Service, by: Agent | None, now: datetime
) -> None:
    """Plan to tell of a service that was made or changed, or, while it is there, that it goes."""
    listeners = [one for one in await listeners_now(tx) if one.wants(event, service.id, now)]
    if not listeners:
        return
    answering = (await teams.of_services(tx, [service.id])).get(service.id, ())
    told = Occurrence(
        id=new_id("Q"),
        event=event,
        at=now,
        agent=by,
        service=ServiceThen(
            id=service.id,
            name=service.name,
            teams=tuple((team.id, team.name) for team in answering),
        ),
    )
    planned = [dispatch(told, listener.id, service.id, now) for listener in listeners]
    await deliveries.plan(tx, planned)


def dispatch(
    told: Occurrence,
    listener_id: str,
    thread_id: str,
    now: datetime,
    lane: DeliveryLane = "webhook",
) -> Dispatch:
    """Address an event to a subscription, or to a room."""
    return Dispatch(
        id=new_id("Q"),
        lane=lane,
        destination_id=listener_id,
        thread_id=thread_id,
        kind=told.event,
        subject=msgspec.to_builtins(told),
        due=now,
        created_at=now,
    )
