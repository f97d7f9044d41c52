"""Test events: sent from a page, and followed there until somebody was told."""

from typing import Final, get_args
from urllib.parse import urlencode

from starlette.responses import Response

from tocsin.domain.intake.event import Severity
from tocsin.usecases.errors import Complaint
from tocsin.usecases.intake import integrations, trials
from tocsin.web.intake.integrations import ONE
from tocsin.web.intake.services import PATH
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit, go_to

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)


async def show_trial(visit: Visit) -> Response:
    """Show what became of a test event, or how one is sent."""
    return await _show(visit)


async def begin(visit: Visit) -> Response:
    """Send a test event."""
    severity = next((s for s in SEVERITIES if s == visit.form.get("severity")), SEVERITIES[0])
    known = await _known(visit)
    try:
        key = await trials.begin(visit.take, known, severity, visit.user)
    except Complaint as complaint:
        return await _show(visit, complaint)
    return go_to(_address(visit, key))


async def end(visit: Visit) -> Response:
    """Send the recovery of a test event."""
    key = visit.form.get("event", "")
    try:
        await trials.end(visit.take, await _known(visit), key)
    except Complaint as complaint:
        return await _show(visit, complaint)
    return go_to(_address(visit, key))


async def _known(visit: Visit) -> integrations.Known:
    service_id, integration_id = visit.parameter("id"), visit.parameter("integration")
    return await integrations.get(visit.house, service_id, integration_id)


async def _show(visit: Visit, complaint: Complaint | None = None) -> Response:
    known = await _known(visit)
    key = visit.query.get("event", "")
    return show(
        visit,
        "trial.html",
        complaint=complaint,
        known=known,
        tool=integrations.tool_of(known.integration.kind, known.integration.vendor_id),
        key=key,
        trial=await trials.tell(visit.house, known, key, visit.now),
        severities=SEVERITIES,
    )


def _address(visit: Visit, key: str) -> str:
    service_id, integration_id = visit.parameter("id"), visit.parameter("integration")
    asked = urlencode({"event": key})
    return f"{PATH}/{service_id}/integrations/{integration_id}/test?{asked}"


PAGES: Final = (
    Page("GET", f"{ONE}/test", show_trial, "read"),
    Page("POST", f"{ONE}/test", begin, "manage"),
    Page("POST", f"{ONE}/test/recovery", end, "manage"),
)
