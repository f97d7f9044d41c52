"""Integrations of a service: their keys, where to send events with them, and what came last."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from tocsin.domain.intake.vendor import VENDORS
from tocsin.usecases.errors import Complaint, Invalid
from tocsin.usecases.intake import integrations, quarantine, service_directory, services
from tocsin.usecases.intake.integrations import EVENTS_V1, Wish
from tocsin.web.intake.services import PATH
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Form, Visit

WITHIN: Final = f"{PATH}/{{id}}/integrations"
ONE: Final = f"{WITHIN}/{{integration}}"
MOST_STRAYS: Final = 10
V1: Final = "v1"
EVENTS_VENDOR: Final = "PEVENTS"

# What can be chosen: the dialects that every tool can speak, then tools by name. Mails are not
# received, so a tool that sends nothing else is left out.
TOOLS: Final = (
    (EVENTS_VENDOR, "Events API v2"),
    (V1, "Events API v1"),
    *(
        (vendor.id, vendor.name)
        for vendor in VENDORS
        if vendor.generic_service_type == "api" and vendor.id != EVENTS_VENDOR
    ),
)
NO_TOOL: Final = ("", "None yet")

NO_CHOICE: Final = "Integration Type cannot be blank."


def read_tool(form: Form) -> Wish | None:
    """Return the integration that a form wants, None if it wants none."""
    tool = form.get("tool", "")
    name = form.get("integration_name", "").strip()
    if not tool:
        return None
    if tool == V1:
        return Wish(name=name, kind=EVENTS_V1)
    return Wish(name=name, vendor_id=tool)


async def list_integrations(visit: Visit) -> Response:
    """Show the ways into a service, with keys to those who manage it."""
    service_id = visit.parameter("id")
    known = await services.get(visit.house, service_id, visit.now)
    ways = await integrations.find(visit.house, service_id, opened=visit.may("manage"))
    keys = [way.key for way in ways if way.key]
    return show(
        visit,
        "integrations.html",
        known=known,
        ways=ways,
        strays=await quarantine.find_like(visit.house, keys, MOST_STRAYS),
        public_url=visit.house.settings.public_url,
    )


async def ask_for_new(visit: Visit) -> Response:
    """Show an empty form."""
    return await _ask(visit, {"tool": TOOLS[0][0]})


async def create(visit: Visit) -> Response:
    """Give a service one more integration."""
    service_id = visit.parameter("id")
    try:
        tool = read_tool(visit.form)
        if tool is None:
            raise Invalid(NO_CHOICE)
        await service_directory.integrate(visit.house, service_id, tool, visit.now)
    except Complaint as complaint:
        return await _ask(visit, dict(visit.form), complaint)
    told = "The integration was added. Give its key to your monitoring tool."
    return done(visit, f"{PATH}/{service_id}/integrations", told)


async def ask_for_name(visit: Visit) -> Response:
    """Show what an integration is called, to be changed."""
    return await _ask_for_name(visit)


async def rename(visit: Visit) -> Response:
    """Call an integration something else."""
    service_id, wish = visit.parameter("id"), Wish(name=visit.form.get("name", ""))
    try:
        await integrations.change(visit.house, service_id, visit.parameter("integration"), wish)
    except Complaint as complaint:
        return await _ask_for_name(visit, complaint)
    return done(visit, f"{PATH}/{service_id}/integrations", "The integration was renamed.")


async def remove(visit: Visit) -> Response:
    """Take an integration away."""
    service_id = visit.parameter("id")
    await integrations.remove(visit.house, service_id, visit.parameter("integration"))
    told = "The integration was removed. Events with its key are refused."
    return done(visit, f"{PATH}/{service_id}/integrations", told)


async def _ask(
    visit: Visit, draft: Mapping[str, str], complaint: Complaint | None = None
) -> Response:
    known = await services.get(visit.house, visit.parameter("id"), visit.now)
    return show(
        visit,
        "integration_form.html",
        complaint=complaint,
        known=known,
        draft=draft,
        tools=TOOLS,
    )


async def _ask_for_name(visit: Visit, complaint: Complaint | None = None) -> Response:
    service_id, integration_id = visit.parameter("id"), visit.parameter("integration")
    known = await integrations.get(visit.house, service_id, integration_id)
    return show(
        visit,
        "integration_name.html",
        complaint=complaint,
        known=known,
        name=visit.form.get("name", known.integration.name),
    )


PAGES: Final = (
    Page("GET", WITHIN, list_integrations, "read"),
    Page("GET", f"{WITHIN}/new", ask_for_new, "manage"),
    Page("POST", WITHIN, create, "manage"),
    Page("GET", f"{ONE}/edit", ask_for_name, "manage"),
    Page("POST", f"{ONE}/edit", rename, "manage"),
    Page("POST", f"{ONE}/delete", remove, "manage"),
)
