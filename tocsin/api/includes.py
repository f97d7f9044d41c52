"""What ``include[]`` shows in full: read for a whole page of things at once."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from tocsin.api.incident_shapes import incident_shape
from tocsin.api.log_entry_shapes import CHANNELS, log_entry_shape
from tocsin.api.policy_shapes import escalation_policy_shape
from tocsin.api.resources.services import service_shape
from tocsin.api.resources.users import user_shape
from tocsin.api.rest import Call
from tocsin.api.team_shapes import TEAMS
from tocsin.api.views import View, Wholes
from tocsin.domain.response.log_entry import LogEntry
from tocsin.usecases.duty import escalation_policies
from tocsin.usecases.intake import services
from tocsin.usecases.people import users
from tocsin.usecases.response import incident_queries, log_entries
from tocsin.usecases.response.incident_queries import Known

Shapes = dict[str, dict[str, Any]]

PEOPLE: Final = frozenset({"acknowledgers", "agents", "assignees"})
OF_INCIDENTS: Final = (
    *PEOPLE,
    "body",
    "escalation_policies",
    "first_trigger_log_entries",
    "services",
    TEAMS,
    "users",
)


async def view_of_incidents(call: Call, found: Sequence[Known]) -> View:
    """Return how somebody wants to see these incidents."""
    includes = call.query.includes(*OF_INCIDENTS)
    if "users" in includes:
        includes |= PEOPLE
    return View(
        links=call.links,
        zone=call.query.zone(),
        includes=includes,
        wholes=await _wholes(call, includes, found),
    )


async def whole_incidents(call: Call, ids: Iterable[str]) -> Shapes:
    """Return those of these incidents that exist."""
    found = await incident_queries.get_many(call.house, ids)
    view = View(links=call.links, zone=call.query.zone())
    return {id_: incident_shape(view, known) for id_, known in found.items()}


async def whole_services(call: Call, ids: Iterable[str]) -> Shapes:
    """Return those of these services that exist."""
    found = await services.get_many(call.house, ids, call.now)
    return {id_: service_shape(call, known) for id_, known in found.items()}


async def whole_users(call: Call, ids: Iterable[str]) -> Shapes:
    """Return those of these users who exist."""
    found = await users.get_many(call.house, ids)
    return {id_: user_shape(call, known) for id_, known in found.items()}


async def whole_triggers(call: Call, entries: Sequence[LogEntry]) -> Shapes:
    """Return these log entries with all that their channels tell."""
    view = View(links=call.links, zone=call.query.zone(), includes=frozenset({CHANNELS}))
    found = await log_entries.know(call.house, entries)
    return {known.entry.id: log_entry_shape(view, known) for known in found}


async def _wholes(call: Call, includes: frozenset[str], found: Sequence[Known]) -> Wholes:
    wholes: dict[str, Shapes] = {}
    if includes & {*PEOPLE, "services"}:
        wholes["services"] = await whole_services(call, {k.incident.service_id for k in found})
    if includes & PEOPLE:
        people = await whole_users(call, {id_ for known in found for id_ in _people(known)})
        wholes |= dict.fromkeys(includes & PEOPLE, people | wholes["services"])
    if "services" not in includes:
        wholes.pop("services", None)
    if "escalation_policies" in includes:
        wholes["escalation_policies"] = await _whole_policies(call, found)
    if "first_trigger_log_entries" in includes:
        triggers = [known.trigger for known in found if known.trigger]
        wholes["first_trigger_log_entries"] = await whole_triggers(call, triggers)
    return wholes


def _people(known: Known) -> Iterable[str]:
    incident = known.incident
    yield incident.last_status_change_by.id
    yield from (assignment.user_id for assignment in incident.assignments)
    yield from (acknowledgement.by.id for acknowledgement in incident.acknowledgements)


async def _whole_policies(call: Call, found: Sequence[Known]) -> Shapes:
    ids = {known.incident.policy.id for known in found}
    policies = await escalation_policies.get_many(call.house, ids)
    return {id_: escalation_policy_shape(call.links, known) for id_, known in policies.items()}
