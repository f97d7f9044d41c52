"""The forms of an incident: one begins by hand, or what people wrote on one is changed."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from tocsin.domain.people.user import Urgency
from tocsin.domain.response.incident import ConferenceBridge, Incident
from tocsin.domain.response.priority import PRIORITIES
from tocsin.usecases.errors import Complaint, Invalid, Refused
from tocsin.usecases.response import choices, creation, incident_queries, incidents
from tocsin.usecases.response.creation import Wish
from tocsin.usecases.response.incidents import Change, by_hand, priority_of
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit
from tocsin.web.words import is_link

NO_PRIORITY: Final = ("", "None")
PRIORITY_OPTIONS: Final = (
    NO_PRIORITY,
    *((priority.id, f"{priority.name}: {priority.description}") for priority in PRIORITIES),
)

_URGENCIES: Final[Mapping[str, Urgency]] = {"high": "high", "low": "low"}

SERVICE_MUST: Final = "Service must be chosen: it says who is told."
LINK_MUST: Final = "Conference address must begin with https:// or http://."


async def ask_for_new(visit: Visit) -> Response:
    """Ask what is wrong."""
    return await _show_new(visit, {"service": visit.query.get("service", "")})


async def create(visit: Visit) -> Response:
    """Let an incident begin."""
    try:
        incident = await creation.create(visit.house, _wish(visit), visit.user, visit.now)
    except (Complaint, Refused) as complaint:
        return await _show_new(visit, visit.form, _complaint(complaint))
    return done(
        visit, f"/incidents/{incident.id}", "It has begun. Whoever it is for is being told."
    )


async def ask_for_change(visit: Visit) -> Response:
    """Ask what shall be different."""
    incident = (await incident_queries.get(visit.house, visit.parameter("id"))).incident
    bridge = incident.conference_bridge or ConferenceBridge()
    written = {
        "title": incident.title,
        "service": incident.service_id,
        "urgency": incident.urgency,
        "priority": incident.priority_id or "",
        "conference_number": bridge.number or "",
        "conference_address": bridge.url or "",
    }
    return await _show_change(visit, incident, written)


async def change(visit: Visit) -> Response:
    """Change what the form says otherwise."""
    incident = (await incident_queries.get(visit.house, visit.parameter("id"))).incident
    form = visit.form
    try:
        wanted = Change(
            incident_id=incident.id,
            title=form.get("title", ""),
            service_id=_other(form.get("service", ""), incident.service_id),
            urgency=_URGENCIES.get(form.get("urgency", "")),
            priority=_priority(form.get("priority", "")),
            conference_bridge=_bridge(form),
        )
        await incidents.change(visit.house, [wanted], by_hand(visit.user), visit.now)
    except (Complaint, Refused) as complaint:
        return await _show_change(visit, incident, form, _complaint(complaint))
    return done(visit, f"/incidents/{incident.id}", "The incident was changed.")


def _wish(visit: Visit) -> Wish:
    form = visit.form
    if not form.get("service"):
        raise Invalid(SERVICE_MUST)
    return Wish(
        title=form.get("title", ""),
        service_id=form.get("service", ""),
        urgency=_URGENCIES.get(form.get("urgency", "")),
        priority=_priority(form.get("priority", "")),
        body=form.get("details", "").strip() or None,
        assignees=tuple(form.getlist("user")),
        policy_id=form.get("policy") or None,
        conference_bridge=_bridge(form),
    )


def _priority(id_: str) -> tuple[str, str] | None:
    return priority_of(id_) if id_ else None


def _bridge(form: Mapping[str, str]) -> ConferenceBridge | None:
    number = form.get("conference_number", "").strip()
    address = form.get("conference_address", "").strip()
    if address and not is_link(address):
        raise Invalid(LINK_MUST)
    return ConferenceBridge(number or None, address or None) if number or address else None


def _other(chosen: str, present: str) -> str | None:
    """Return what is chosen if it is another than now: what is now may be gone already."""
    return chosen if chosen != present else None


def _complaint(complaint: Complaint | Refused) -> Complaint:
    return Invalid(complaint.sentence) if isinstance(complaint, Refused) else complaint


async def _show_new(
    visit: Visit, draft: Mapping[str, Any], complaint: Complaint | None = None
) -> Response:
    return show(
        visit,
        "incident_new.html",
        complaint=complaint,
        choices=await choices.offer(visit.house),
        priority_options=PRIORITY_OPTIONS,
        takers=await choices.takers(visit.house, (), visit.now),
        draft=draft,
        chosen=visit.form.getlist("user"),
    )


async def _show_change(
    visit: Visit,
    incident: Incident,
    draft: Mapping[str, Any],
    complaint: Complaint | None = None,
) -> Response:
    return show(
        visit,
        "incident_edit.html",
        complaint=complaint,
        choices=await choices.offer(visit.house),
        priority_options=PRIORITY_OPTIONS,
        incident=incident,
        draft=draft,
    )


PAGES: Final = (
    Page("GET", "/incidents/new", ask_for_new, "respond"),
    Page("POST", "/incidents", create, "respond"),
    Page("GET", "/incidents/{id}/edit", ask_for_change, "respond"),
    Page("POST", "/incidents/{id}", change, "respond"),
)
