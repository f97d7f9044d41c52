"""One integration: the address that its tool sends to, and what it must know of the tool."""

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.domain.intake.integration_settings import ATLAS_URL, AtlasAccess
from tocsin.domain.intake.mapping import LABELS
from tocsin.usecases.errors import Complaint, Invalid
from tocsin.usecases.intake import integration_settings as settings
from tocsin.usecases.intake.integration_settings import Preview, Told, Wish
from tocsin.web.intake.integrations import ONE
from tocsin.web.intake.mapping_form import USUAL, WORDS, draft_of, read_mapping
from tocsin.web.intake.services import PATH, lead_to_directory
from tocsin.web.intake.tool_steps import steps_of
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

EXAMPLE: Final = '{"title": "Disk /var is full", "host": "db-1", "status": "problem", "id": 7}'
CLIENTS: Final = (("api_key", "API key"), ("service_account", "Service account"))


async def show_integration(visit: Visit) -> Response:
    """Show where to send, and what the integration was told."""
    return await _show(visit)


async def keep_secret(visit: Visit) -> Response:
    """Keep the secret that a tool signs with, or forget it."""
    forget = visit.form.get("do") == "forget"
    secret = None if forget else visit.form.get("secret", "").strip()
    told = "The secret is forgotten: what is not signed is heard, too."
    if not forget:
        told = "The secret is set. From now on, only what is signed with it is heard."
    return await _keep(visit, Wish(secret=secret), told)


async def keep_access(visit: Visit) -> Response:
    """Keep how Atlas is told of acknowledgements, or forget it."""
    if visit.form.get("do") == "forget":
        told = "Atlas is no longer told who has its alerts."
        return await _keep(visit, Wish(atlas=None), told)
    access = AtlasAccess(
        kind="service_account" if visit.form.get("kind") == "service_account" else "api_key",
        client=visit.form.get("client", "").strip(),
        secret=visit.form.get("atlas_secret", "").strip(),
        url=visit.form.get("url", "").strip().rstrip("/") or ATLAS_URL,
    )
    told = "Atlas is told when somebody acknowledges one of its alerts here."
    return await _keep(visit, Wish(atlas=access), told)


async def keep_mapping(visit: Visit) -> Response:
    """Keep what bodies mean, or show what that would be; or go back to the usual names."""
    if visit.form.get("do") == "forget":
        return await _keep(visit, Wish(mapping=None), "Bodies are read by the usual names.")
    if visit.form.get("do") == "preview":
        return await _show(visit)
    try:
        mapping = read_mapping(visit.form)
    except Complaint as complaint:
        return await _show(visit, complaint)
    told = "The mapping is saved. The next body is read by it."
    return await _keep(visit, Wish(mapping=mapping), told)


async def _keep(visit: Visit, wish: Wish, told: str) -> Response:
    service_id, id_ = visit.parameter("id"), visit.parameter("integration")
    try:
        await settings.change(visit.house, service_id, id_, wish)
    except Complaint as complaint:
        return await _show(visit, complaint)
    return done(visit, f"{PATH}/{service_id}/integrations/{id_}", told)


async def _show(visit: Visit, complaint: Complaint | None = None) -> Response:
    told = await settings.get(visit.house, visit.parameter("id"), visit.parameter("integration"))
    is_mapping = "summary" in visit.form
    mapping = draft_of(told.settings.mapping or USUAL)
    draft = mapping | ({"body": _last(told)} if not is_mapping else dict(visit.form))
    return show(
        visit,
        "integration.html",
        complaint=complaint,
        told=told,
        known=told.known,
        address=f"{visit.house.settings.public_url}/integration/{told.known.key}/enqueue",
        steps=steps_of(told.vendor),
        clients=CLIENTS,
        atlas_url=ATLAS_URL,
        labels=LABELS,
        words=WORDS,
        draft=draft,
        preview=_preview(visit, draft, is_mapping=is_mapping, told=told),
    )


def _last(told: Told) -> str:
    """Return the body that came last, one member a line if it can be told apart."""
    body = EXAMPLE if told.last_body is None else told.last_body.decode("utf-8", "replace")
    try:
        return msgspec.json.format(body, indent=2)
    except msgspec.DecodeError:
        return body


def _preview(
    visit: Visit, draft: Mapping[str, str], *, is_mapping: bool, told: Told
) -> Preview | None:
    """Say what becomes of the body that stands in the form, if the tool is one to be mapped."""
    if told.vendor is None or not told.vendor.is_mapped:
        return None
    try:
        mapping = read_mapping(visit.form) if is_mapping else told.settings.mapping or USUAL
    except Invalid as why:
        return Preview(faults=why.sentences)
    return settings.preview(mapping, draft.get("body", "").encode())


PAGES: Final = (
    Page("GET", ONE, show_integration, "manage"),
    Page("POST", f"{ONE}/secret", keep_secret, "manage"),
    Page("POST", f"{ONE}/write-back", keep_access, "manage"),
    Page("POST", f"{ONE}/mapping", keep_mapping, "manage"),
    Page("GET", "/services/{id}/integrations/{integration}", lead_to_directory, "read"),
)
