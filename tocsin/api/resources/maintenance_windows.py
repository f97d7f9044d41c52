"""Maintenance windows: times in which services open no incidents."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.incoming import Ref
from tocsin.api.ranges import instant_of
from tocsin.api.resources.services import service_shape
from tocsin.api.resources.users import user_shape
from tocsin.api.rest import Answer, Call, Resource
from tocsin.api.team_shapes import TEAMS, teams_shape
from tocsin.domain.intake.service import WindowTime
from tocsin.kit.instants import write_instant
from tocsin.usecases.intake import maintenance_windows, services
from tocsin.usecases.intake.maintenance_windows import Filter, Known, Wish
from tocsin.usecases.people import users

MAINTENANCE_WINDOWS = Resource("/maintenance_windows", scope="services")

OVER: Final = {
    "message": "Cannot cancel a maintenance window from the past",
    "code": 5003,
    "errors": ["The maintenance window is over."],
}


class _Window(msgspec.Struct, frozen=True, kw_only=True):
    start_time: str | UnsetType = UNSET
    end_time: str | UnsetType = UNSET
    services: tuple[Ref, ...] | UnsetType = UNSET
    description: str | UnsetType | None = UNSET


@MAINTENANCE_WINDOWS.lists("listMaintenanceWindows")
async def list_maintenance_windows(call: Call) -> dict[str, Any]:
    """List maintenance windows by their start."""
    page = call.query.page()
    when = call.query.one_of("filter", "past", "future", "ongoing", "open", "all") or "all"
    asked = Filter(
        when=msgspec.convert(when, WindowTime),
        search=call.query.text("query"),
        service_ids=call.query.many("service_ids"),
        team_ids=call.query.many("team_ids"),
    )
    found, total = await maintenance_windows.find(call.house, asked, page.part, call.now)
    full = await _full(call, found)
    return page.wrap(
        "maintenance_windows", found, lambda known: _shape(call, known, full), total=total
    )


# The reference wants a From header here; the Terraform provider sends none.
@MAINTENANCE_WINDOWS.creates("createMaintenanceWindow")
async def create_maintenance_window(call: Call) -> dict[str, Any]:
    """Keep services quiet for a time."""
    known = await maintenance_windows.create(call.house, _wish(call), call.requester, call.now)
    return await _whole(call, known)


@MAINTENANCE_WINDOWS.gets("getMaintenanceWindow")
async def get_maintenance_window(call: Call, id: str) -> dict[str, Any]:
    """Show a maintenance window."""
    return await _whole(call, await maintenance_windows.get(call.house, id))


@MAINTENANCE_WINDOWS.updates("updateMaintenanceWindow")
async def update_maintenance_window(call: Call, id: str) -> dict[str, Any]:
    """Change a maintenance window that is not over."""
    known = await maintenance_windows.change(call.house, id, _wish(call), call.now)
    return await _whole(call, known)


@MAINTENANCE_WINDOWS.deletes("deleteMaintenanceWindow")
async def delete_maintenance_window(call: Call, id: str) -> Answer | None:
    """Take away a future window, or end a running one."""
    if await maintenance_windows.remove(call.house, id, call.now):
        return None
    return Answer(status=405, body={"error": OVER})


async def _whole(call: Call, known: Known) -> dict[str, Any]:
    return {"maintenance_window": _shape(call, known, await _full(call, [known]))}


async def _full(call: Call, found: Sequence[Known]) -> dict[str, dict[str, Any]]:
    """Return, by their ids, the services and users that ``include[]`` wants in full."""
    includes = call.query.includes("services", "users")
    full: dict[str, dict[str, Any]] = {}
    if "services" in includes:
        ids = {service.id for known in found for service in known.services}
        covered = await services.get_many(call.house, ids, call.now)
        full |= {id_: service_shape(call, service) for id_, service in covered.items()}
    if "users" in includes:
        ids = {known.creator.id for known in found if known.creator}
        creators = await users.get_many(call.house, ids)
        full |= {id_: user_shape(call, user) for id_, user in creators.items()}
    return full


def _shape(call: Call, known: Known, full: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    window, creator, ref = known.window, known.creator, call.links.ref
    return call.links.head("maintenance_window", window.id, window.description) | {
        "sequence_number": window.sequence_number,
        "start_time": write_instant(window.start),
        "end_time": write_instant(window.end),
        "description": window.description,
        "services": [
            full.get(one.id) or ref("service", one.id, one.name) for one in known.services
        ],
        "teams": teams_shape(call.links, known.teams, call.query.includes(TEAMS)),
        "created_by": creator and (full.get(creator.id) or ref("user", creator.id, creator.name)),
    }


def _wish(call: Call) -> Wish:
    body = call.body(_Window, "maintenance_window")
    refs = body.services
    return Wish(
        start=_instant("Start time", body.start_time),
        end=_instant("End time", body.end_time),
        service_ids=UNSET if isinstance(refs, UnsetType) else tuple(ref.id for ref in refs),
        description=body.description,
    )


def _instant(name: str, text: str | UnsetType) -> datetime | UnsetType:
    return UNSET if isinstance(text, UnsetType) else instant_of(name, text, UTC)
