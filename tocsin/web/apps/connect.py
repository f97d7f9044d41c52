"""Connecting a tool: somebody chooses which service its alerts reach, and goes back with a key."""

from typing import Final

from starlette.responses import Response

from tocsin.usecases.errors import Complaint
from tocsin.usecases.intake import services
from tocsin.usecases.intake.services import Filter
from tocsin.usecases.machines import connect
from tocsin.usecases.machines.connect import Bid, Choice
from tocsin.usecases.parts import Part
from tocsin.usecases.response import choices
from tocsin.web.apps.leaving import leading_to, send_back
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Form, Visit

PATH: Final = "/install/integration"
MOST: Final = 8  # services to choose among without a search
NEW: Final = "new"
ASKED: Final = ("app_id", "redirect_url", "redirect_uri", "state", "version")


async def ask(visit: Visit) -> Response:
    """Show who asks, and let one choose a service or name a new one."""
    return await _show(visit, await _bid(visit), Form())


async def answer(visit: Visit) -> Response:
    """Go back to the tool with a key, or with a no."""
    bid = await _bid(visit)
    if visit.form.get("answer") == "decline":
        return send_back(connect.decline(bid))
    try:
        choice = _choice(visit.form)
        address = await connect.finish(visit.house, bid, choice, visit.by, visit.now)
    except Complaint as complaint:
        return await _show(visit, bid, visit.form, complaint=complaint)
    return send_back(address)


async def _bid(visit: Visit) -> Bid:
    """Read what the address asks for. Raises Invalid."""
    back = visit.query.get("redirect_url") or visit.query.get("redirect_uri", "")
    state = visit.query.get("state")
    return await connect.consider(visit.house, visit.query.get("app_id", ""), back, state)


async def _show(
    visit: Visit, bid: Bid, draft: Form, *, complaint: Complaint | None = None
) -> Response:
    sought = visit.query.get("q", "").strip()
    asked = Filter(search=sought or None)
    found, _ = await services.find(visit.house, asked, Part(limit=MOST + 1), visit.now)
    page = show(
        visit,
        "connect.html",
        complaint=complaint,
        bid=bid,
        draft=draft,
        services=[known.service for known in found[:MOST]],
        has_more=len(found) > MOST,
        query=sought,
        policies=await choices.policies(visit.house),
        question=visit.request.url.query,
        asked=[(name, visit.query[name]) for name in ASKED if name in visit.query],
    )
    return leading_to(page, bid.back)


def _choice(form: Form) -> Choice:
    service = form.get("service", "")
    if service and service != NEW:
        return Choice(service_id=service)
    return Choice(name=form.get("name", ""), escalation_policy_id=form.get("escalation_policy", ""))


PAGES: Final = (
    Page("GET", PATH, ask, "manage"),
    Page("POST", f"{PATH}/answer", answer, "manage"),
)
