"""The service directory: every service at a glance, and one with all that belongs to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.service import Integration, Service
from tocsin.domain.intake.vendor import suggest_name
from tocsin.domain.response.incident import OPEN_STATUSES, Incident
from tocsin.store.intake import last_events
from tocsin.store.intake.services import Tally
from tocsin.store.names import names
from tocsin.store.response import incident_lists
from tocsin.store.response.incident_lists import Asked
from tocsin.usecases.duty import ladders
from tocsin.usecases.duty.ladders import Face, Ladder
from tocsin.usecases.errors import Invalid
from tocsin.usecases.house import House
from tocsin.usecases.intake import change_events, integrations, maintenance_windows, services
from tocsin.usecases.intake.services import Filter, Known
from tocsin.usecases.parts import Part
from tocsin.usecases.response.incident_queries import ids_in_incident

MOST_OPEN: Final = 25
MOST_RESOLVED: Final = 5
MOST_CHANGES: Final = 5
MOST_WINDOWS: Final = 10


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A service, whom its policy would page now, and when it was last heard."""

    known: Known
    ladder: Ladder
    last_event_at: datetime | None

    @property
    def on_call(self) -> Sequence[Face]:
        """Who is on call at the first level, and would be paged at once."""
        return [face for rung in self.ladder.rungs[:1] for face in rung.faces if face.is_called]


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the directory; ``tally`` counts all that the search finds."""

    services: Sequence[Listed]
    has_more: bool
    tally: Tally


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """One service: what is open, what was last over, what changed, when it is maintained.

    ``names`` are those of the people who have its incidents.
    """

    listed: Listed
    open: Sequence[Incident]
    recent: Sequence[Incident]
    names: Mapping[str, str]
    changes: Sequence[change_events.Known]
    windows: Sequence[maintenance_windows.Known]


async def browse(house: House, asked: Filter, part: Part, now: datetime) -> Listing:
    """List services by name."""
    one_more = replace(part, limit=part.limit + 1)
    found, _ = await services.find(house, asked, one_more, now)
    anyhow = replace(asked, faring="any")
    return Listing(
        services=await _look(house, found[: part.limit], now),
        has_more=len(found) > part.limit,
        tally=await services.tally(house, anyhow, now),
    )


async def tell(house: House, service_id: str, now: datetime) -> Overview:
    """Read one service."""
    (listed,) = await _look(house, [await services.get(house, service_id, now)], now)
    opened, recent, called = await _incidents(house, service_id)
    return Overview(
        listed=listed,
        open=opened,
        recent=recent,
        names=called,
        changes=await _changes(house, service_id),
        windows=await _windows(house, service_id, now),
    )


async def add(
    house: House, wish: services.Wish, tool: integrations.Wish | None, now: datetime
) -> Service:
    """Make a service, and with ``tool`` its first integration: both, or neither."""
    async with house.database.begin() as tx:
        service = await services.insert(tx, wish, now)
        if tool:
            await _integrate(tx, house, service, tool, now)
    return service


async def integrate(
    house: House, service_id: str, tool: integrations.Wish, now: datetime
) -> Integration:
    """Give a service one more integration."""
    async with house.database.begin() as tx:
        service = await services.hold(tx, service_id)
        return await _integrate(tx, house, service, tool, now)


async def _integrate(
    tx: AsyncConnection, house: House, service: Service, wish: integrations.Wish, now: datetime
) -> Integration:
    """Do so; without a name it is called after its tool and the service."""
    if not wish.name:
        tool = integrations.tool_of(wish.kind or integrations.EVENTS, wish.vendor_id or None)
        wish = replace(wish, name=suggest_name(tool, service.name))
    try:
        return (await integrations.insert(tx, house, service, wish, now)).integration
    except Invalid as faults:
        raise Invalid(
            *(f"Integration {told[0].lower()}{told[1:]}" for told in faults.sentences)
        ) from None


async def _look(house: House, found: Sequence[Known], now: datetime) -> list[Listed]:
    """Say of services whom they page, and when they were last heard."""
    async with house.database.read() as tx:
        heard = await last_events.of_services(tx, (known.service.id for known in found))
    climbed = {known.policy.id: known.policy for known in found}
    drawn = await ladders.draw(house, climbed.values(), now)
    return [
        Listed(
            known=known,
            ladder=drawn[known.policy.id],
            last_event_at=heard.get(known.service.id),
        )
        for known in found
    ]


async def _incidents(
    house: House, service_id: str
) -> tuple[Sequence[Incident], Sequence[Incident], Mapping[str, str]]:
    """Read the newest incidents that are open and that are over, and who has them."""
    asked = Asked(
        service_ids=(service_id,), statuses=OPEN_STATUSES, sorting=(("created_at", True),)
    )
    over = replace(asked, statuses=("resolved",))
    async with house.database.read() as tx:
        opened = await incident_lists.find(tx, asked, limit=MOST_OPEN, offset=0)
        recent = await incident_lists.find(tx, over, limit=MOST_RESOLVED, offset=0)
        mentioned = {id_ for one in opened for id_ in ids_in_incident(one)}
        return opened, recent, await names(tx, mentioned)


async def _changes(house: House, service_id: str) -> Sequence[change_events.Known]:
    asked = change_events.Filter(service_id=service_id)
    return (await change_events.find(house, asked, Part(limit=MOST_CHANGES)))[0]


async def _windows(
    house: House, service_id: str, now: datetime
) -> Sequence[maintenance_windows.Known]:
    asked = maintenance_windows.Filter(when="open", service_ids=(service_id,))
    return (await maintenance_windows.find(house, asked, Part(limit=MOST_WINDOWS), now))[0]
