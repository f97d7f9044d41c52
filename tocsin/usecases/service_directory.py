"""The service directory: every service at a glance, and one with all that belongs to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from tocsin.domain.schedule import Range
from tocsin.domain.service import Service
from tocsin.domain.vendor import suggest_name
from tocsin.store import last_events
from tocsin.store.services import Tally
from tocsin.usecases import (
    change_events,
    incident_queries,
    integrations,
    maintenance_windows,
    services,
)
from tocsin.usecases.board import Plan
from tocsin.usecases.house import House
from tocsin.usecases.incident_queries import Asked
from tocsin.usecases.parts import Part
from tocsin.usecases.services import Filter, Known

FIRST_LEVEL: Final = 0
MOST_INCIDENTS: Final = 25
MOST_CHANGES: Final = 10
MOST_WINDOWS: Final = 10


class Holder(msgspec.Struct, frozen=True):
    """Somebody who is on call now, and until when; None where no end is near."""

    user_id: str
    until: datetime | None = None


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A service, who is paged first if it breaks now, and when it was last heard."""

    known: Known
    on_call: Sequence[Holder]
    last_event_at: datetime | None


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the directory; ``tally`` counts all that the search finds."""

    services: Sequence[Listed]
    has_more: bool
    tally: Tally
    names: Mapping[str, str]


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """One service: what is open, what was last over, what changed, when it is maintained."""

    listed: Listed
    open: Sequence[incident_queries.Known]
    recent: Sequence[incident_queries.Known]
    changes: Sequence[change_events.Known]
    windows: Sequence[maintenance_windows.Known]
    names: Mapping[str, str]


async def browse(house: House, asked: Filter, part: Part, now: datetime) -> Listing:
    """List services by name."""
    one_more = msgspec.structs.replace(part, limit=part.limit + 1)
    found, _ = await services.find(house, asked, one_more, now)
    anyhow = msgspec.structs.replace(asked, faring="any")
    shown, names = await _look(house, found[: part.limit], now)
    return Listing(
        services=shown,
        has_more=len(found) > part.limit,
        tally=await services.tally(house, anyhow, now),
        names=names,
    )


async def tell(house: House, service_id: str, now: datetime) -> Overview:
    """Read one service."""
    (listed,), names = await _look(house, [await services.get(house, service_id, now)], now)
    return Overview(
        listed=listed,
        open=await _incidents(house, service_id, is_open=True),
        recent=await _incidents(house, service_id, is_open=False),
        changes=await _changes(house, service_id),
        windows=await _windows(house, service_id, now),
        names=names,
    )


async def add(
    house: House, wish: services.Wish, tool: integrations.Wish | None, now: datetime
) -> Service:
    """Make a service, and with ``tool`` its first integration: both, or neither."""
    async with house.database.begin() as tx:
        service = await services.insert(tx, wish, now)
        if tool:
            await integrations.insert(tx, house, service, name_by_tool(tool, service), now)
    return service


def name_by_tool(wish: integrations.Wish, service: Service) -> integrations.Wish:
    """Name an integration that nobody has named after its tool and its service."""
    if wish.name:
        return wish
    tool = integrations.tool_of(wish.kind or integrations.EVENTS, wish.vendor_id or None)
    return msgspec.structs.replace(wish, name=suggest_name(tool, service.name))


def on_call_first(plan: Plan, policy_id: str, now: datetime) -> list[Holder]:
    """Say whom the first level of a policy would page now."""
    holders: dict[str, Holder] = {}
    policy = plan.policies.get(policy_id)
    for target in policy.rules[FIRST_LEVEL].targets if policy else ():
        if target.kind == "user":
            holders.setdefault(target.id, Holder(target.id))
        elif target.id in plan.schedules:
            watch = plan.watch(target.id, now)
            if watch.user_id:
                holders.setdefault(watch.user_id, Holder(watch.user_id, watch.until))
    return [holder for holder in holders.values() if holder.user_id in plan.users]


async def _look(
    house: House, found: Sequence[Known], now: datetime
) -> tuple[list[Listed], dict[str, str]]:
    """Say of services who is on call for them, and when they were last heard."""
    async with house.database.read() as tx:
        plan = await house.board.plan(tx, Range(now, now), now)
        heard = await last_events.of_services(tx, (known.service.id for known in found))
    policies = {known.policy.id for known in found}
    on_call = {policy_id: on_call_first(plan, policy_id, now) for policy_id in policies}
    listed = [
        Listed(
            known=known,
            on_call=on_call[known.policy.id],
            last_event_at=heard.get(known.service.id),
        )
        for known in found
    ]
    people = {holder.user_id for holders in on_call.values() for holder in holders}
    return listed, {user_id: plan.users[user_id].name for user_id in people}


async def _incidents(
    house: House, service_id: str, *, is_open: bool
) -> Sequence[incident_queries.Known]:
    asked = Asked(
        service_ids=(service_id,),
        statuses=("triggered", "acknowledged") if is_open else ("resolved",),
        sorting=(("created_at", True),),
    )
    found, _ = await incident_queries.find(house, asked, Part(limit=MOST_INCIDENTS))
    return found


async def _changes(house: House, service_id: str) -> Sequence[change_events.Known]:
    asked = change_events.Filter(service_id=service_id)
    return (await change_events.find(house, asked, Part(limit=MOST_CHANGES)))[0]


async def _windows(
    house: House, service_id: str, now: datetime
) -> Sequence[maintenance_windows.Known]:
    asked = maintenance_windows.Filter(when="open", service_ids=(service_id,))
    return (await maintenance_windows.find(house, asked, Part(limit=MOST_WINDOWS), now))[0]
