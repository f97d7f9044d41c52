"""Services: what can break, and who is responsible."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from tocsin.api.policy_shapes import escalation_policy_shape
from tocsin.api.resources.integrations import integration_ref, integration_shape
from tocsin.api.rest import Call, Resource
from tocsin.api.service_bodies import ServiceBody, grouping_shape, urgency_shape, wish_of
from tocsin.api.team_shapes import TEAMS, teams_shape
from tocsin.kit.instants import write_instant
from tocsin.usecases.duty import escalation_policies
from tocsin.usecases.errors import Invalid
from tocsin.usecases.intake import services
from tocsin.usecases.intake.integrations import know as know_integration
from tocsin.usecases.intake.services import Filter, Known

SERVICES = Resource("/services", scope="services")

Policies = Mapping[str, escalation_policies.Known]

INCLUDES: Final = ("escalation_policies", "integrations", TEAMS)


@SERVICES.lists("listServices")
async def list_services(call: Call) -> dict[str, Any]:
    """List services by name."""
    page = call.query.page()
    asked = Filter(
        search=call.query.text("query"),
        name=call.query.text("name"),
        team_ids=call.query.many("team_ids"),
        descending=call.query.sorting("name") == (("name", True),),
    )
    found, total = await services.find(call.house, asked, page.part, call.now)
    includes, policies = await _included(call, found)
    return page.wrap(
        "services", found, lambda known: service_shape(call, known, includes, policies), total=total
    )


@SERVICES.creates("createService")
async def create_service(call: Call) -> dict[str, Any]:
    """Make a service."""
    body = call.body(ServiceBody, "service")
    if body.status and body.status != "active":
        raise Invalid("Status can only be active when a service is made.")
    return await _whole(call, await services.create(call.house, wish_of(body), call.now))


@SERVICES.gets("getService")
async def get_service(call: Call, id: str) -> dict[str, Any]:
    """Show a service."""
    return await _whole(call, await services.get(call.house, id, call.now))


@SERVICES.updates("updateService")
async def update_service(call: Call, id: str) -> dict[str, Any]:
    """Change a service, switch it off or on again."""
    wish = wish_of(call.body(ServiceBody, "service"))
    return await _whole(call, await services.change(call.house, id, wish, call.now))


@SERVICES.deletes("deleteService")
async def delete_service(call: Call, id: str) -> None:
    """Take away a service; its open incidents are resolved."""
    await services.remove(call.house, id, call.requester, call.now)


def service_shape(
    call: Call, known: Known, includes: Collection[str] = (), policies: Policies | None = None
) -> dict[str, Any]:
    """Return a service as it looks on the wire."""
    service, last = known.service, known.standing.last_incident_at
    return (
        call.links.head("service", service.id, service.name)
        | {
            "name": service.name,
            "description": service.description,
            "created_at": write_instant(service.created_at),
            "status": known.status,
            "acknowledgement_timeout": service.acknowledgement_timeout,
            "auto_resolve_timeout": service.auto_resolve_timeout,
            "last_incident_timestamp": write_instant(last) if last else None,
            "escalation_policy": _policy(call, known, policies or {}),
            "integrations": _integrations(call, known, includes),
            "auto_pause_notifications_parameters": service.auto_pause
            or {"enabled": False, "timeout": None},
            "response_play": None,
            "teams": teams_shape(call.links, known.teams, includes),
            "addons": [],
        }
        | urgency_shape(service)
        | grouping_shape(service)
    )


async def _whole(call: Call, known: Known) -> dict[str, Any]:
    includes, policies = await _included(call, [known])
    return {"service": service_shape(call, known, includes, policies)}


async def _included(call: Call, found: Sequence[Known]) -> tuple[Collection[str], Policies]:
    """Return what ``include[]`` asks for, and the policies if they are among it."""
    includes = call.query.includes(*INCLUDES)
    wants_policies = "escalation_policies" in includes
    return includes, await services.policies_of(call.house, found) if wants_policies else {}


def _policy(call: Call, known: Known, policies: Policies) -> dict[str, Any]:
    policy = known.policy
    if policy.id in policies:
        return escalation_policy_shape(call.links, policies[policy.id])
    return call.links.ref("escalation_policy", policy.id, policy.name)


def _integrations(call: Call, known: Known, includes: Collection[str]) -> list[dict[str, Any]]:
    if "integrations" not in includes:
        return [integration_ref(call.links, one) for one in known.integrations]
    opened = (know_integration(call.house, one, known.service) for one in known.integrations)
    return [integration_shape(call, one) for one in opened]
