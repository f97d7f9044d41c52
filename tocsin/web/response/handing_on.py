"""Handing on: incidents are given to other people or policies, or go on in one of them."""

from collections.abc import Sequence
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from tocsin.domain.response.incident import Incident
from tocsin.usecases.errors import Complaint, Invalid, Refused
from tocsin.usecases.response import bulk, choices, incident_queries, merging
from tocsin.usecases.response.incidents import Change, by_hand
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.response.incident_acts import numbered
from tocsin.web.response.outcomes import tell
from tocsin.web.visit import Visit

AT_ONCE: Final = 50

NOBODY: Final = "Choose who shall have it: people, or an escalation policy."
NO_OTHER: Final = "Choose the incident that goes on: one of these, or another by its number."


async def ask_whom(visit: Visit) -> Response:
    """Ask who shall have the incidents."""
    return await _show_takers(visit, await _selected(visit, visit.query.getlist("id")))


async def reassign(visit: Visit) -> Response:
    """Give the incidents away."""
    found = await _selected(visit, visit.form.getlist("id"))
    people, policy = tuple(visit.form.getlist("user")), visit.form.get("policy", "")
    try:
        if not (people or policy):
            raise Invalid(NOBODY)
        changes = [
            Change(incident_id=i.id, assignees=people or None, policy_id=policy or None)
            for i in found
        ]
        outcome = await bulk.change_each(visit.house, changes, by_hand(visit.user), visit.now)
    except Complaint as complaint:
        return await _show_takers(visit, found, complaint)
    if not outcome.done:
        return await _show_takers(visit, found, Invalid(*dict.fromkeys(outcome.refused.values())))
    return done(visit, _back(found), await tell(visit, outcome, "reassigned"))


async def ask_where(visit: Visit) -> Response:
    """Ask in which incident the others go on."""
    return await _show_targets(visit, await _selected(visit, visit.query.getlist("id")))


async def merge(visit: Visit) -> Response:
    """Let the incidents go on in one of them, or in another."""
    found = await _selected(visit, visit.form.getlist("id"))
    by = by_hand(visit.user)
    try:
        target_id = await _target(visit)
        sources = [incident.id for incident in found if incident.id != target_id]
        target = await merging.merge(visit.house, target_id, sources, by, visit.now)
    except Refused as refusal:
        return await _show_targets(visit, found, Invalid(refusal.sentence))
    except Complaint as complaint:
        return await _show_targets(visit, found, complaint)
    return done(visit, f"/incidents/{target.id}", f"Merged: it goes on in #{target.number}.")


async def _target(visit: Visit) -> str:
    number = visit.form.get("number", "")
    target_id = await numbered(visit, number) if number.strip() else visit.form.get("target", "")
    if not target_id:
        raise Invalid(NO_OTHER)
    return target_id


async def _selected(visit: Visit, ids: Sequence[str]) -> list[Incident]:
    """Read the incidents that are to be handed on, the oldest first. Raises HTTPException."""
    known = await incident_queries.get_many(visit.house, ids[:AT_ONCE])
    if not known:
        raise HTTPException(404)
    return sorted((one.incident for one in known.values()), key=lambda one: one.number)


def _back(found: Sequence[Incident]) -> str:
    return f"/incidents/{found[0].id}" if len(found) == 1 else "/incidents"


async def _show_takers(
    visit: Visit, found: Sequence[Incident], complaint: Complaint | None = None
) -> Response:
    return show(
        visit,
        "reassign.html",
        status=409 if complaint else 200,
        complaint=complaint,
        found=found,
        back=_back(found),
        takers=await choices.takers(visit.house, found, visit.now),
        choices=await choices.offer(visit.house),
        draft=visit.form,
    )


async def _show_targets(
    visit: Visit, found: Sequence[Incident], complaint: Complaint | None = None
) -> Response:
    others = await choices.targets(visit.house, found) if len(found) == 1 else ()
    return show(
        visit,
        "merge.html",
        status=409 if complaint else 200,
        complaint=complaint,
        found=found,
        back=_back(found),
        targets=others or found,
        draft=visit.form,
    )


PAGES: Final = (
    Page("GET", "/incidents/reassign", ask_whom, "respond"),
    Page("POST", "/incidents/reassign", reassign, "respond"),
    Page("GET", "/incidents/merge", ask_where, "respond"),
    Page("POST", "/incidents/merge", merge, "respond"),
)
