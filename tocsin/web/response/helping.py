"""Helping: others are asked to join an incident."""

from typing import Final

from starlette.responses import Response

from tocsin.usecases.errors import Complaint, Invalid, Refused
from tocsin.usecases.response import choices, incident_queries, responder_requests
from tocsin.usecases.response.incidents import by_hand
from tocsin.usecases.response.responder_requests import Call, Whom
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

PATH: Final = "/incidents/{id}/help"
NOBODY: Final = "Choose whom to ask: people, or an escalation policy."


async def ask_whom(visit: Visit) -> Response:
    """Ask who shall help."""
    return await _show(visit)


async def ask_for_help(visit: Visit) -> Response:
    """Ask them to help."""
    incident_id, call = visit.parameter("id"), _call(visit)
    try:
        if not call.whom:
            raise Invalid(NOBODY)
        await responder_requests.ask(visit.house, incident_id, call, by_hand(visit.user), visit.now)
    except Refused as refusal:
        return await _show(visit, Invalid(refusal.sentence))
    except Complaint as complaint:
        return await _show(visit, complaint)
    told = "They have been asked, and are paged until they answer."
    return done(visit, f"/incidents/{incident_id}", told)


def _call(visit: Visit) -> Call:
    people = [Whom("user", id_) for id_ in visit.form.getlist("user")]
    policy = visit.form.get("policy", "")
    policies = [Whom("escalation_policy", policy)] if policy else []
    return Call(whom=(*people, *policies), message=visit.form.get("message", ""))


async def _show(visit: Visit, complaint: Complaint | None = None) -> Response:
    incident = (await incident_queries.get(visit.house, visit.parameter("id"))).incident
    return show(
        visit,
        "incident_help.html",
        status=409 if complaint else 200,
        complaint=complaint,
        incident=incident,
        takers=await choices.takers(visit.house, [incident], visit.now),
        choices=await choices.offer(visit.house),
        draft=visit.form,
    )


PAGES: Final = (
    Page("GET", PATH, ask_whom, "respond"),
    Page("POST", PATH, ask_for_help, "respond"),
)
