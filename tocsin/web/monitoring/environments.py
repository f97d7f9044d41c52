"""Environments: all of them, and one with its monitors and its settings."""

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from tocsin.usecases.errors import Complaint
from tocsin.usecases.monitoring import environments, monitors, notification_channels
from tocsin.usecases.monitoring.environments import Wish
from tocsin.web.monitoring import watchlist
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Form, Visit, go_to

PATH: Final = "/environments"
MOST_SEEN: Final = 50


async def list_environments(visit: Visit) -> Response:
    """Show all environments, and how much is in each."""
    found = await environments.find(visit.house)
    counted = await environments.count(visit.house, [one.id for one in found])
    return show(visit, "environments.html", found=found, counted=counted)


async def ask_for_new(visit: Visit) -> Response:
    """Show an empty form."""
    return show(visit, "environment_form.html", draft={})


async def create(visit: Visit) -> Response:
    """Make an environment."""
    try:
        environment = await environments.create(visit.house, _wish(visit.form), visit.now)
    except Complaint as complaint:
        return show(visit, "environment_form.html", complaint=complaint, draft=visit.form)
    told = "The environment was added. Now add what is to be watched."
    return done(visit, f"{PATH}/{environment.id}/monitors", told)


async def lead_to_monitors(visit: Visit) -> Response:
    """Lead to what people look for in an environment first."""
    return go_to(f"{PATH}/{visit.parameter('id')}/monitors")


async def show_monitors(visit: Visit) -> Response:
    """Show what is watched in an environment, the worst first."""
    frame = await framed(visit)
    found = await monitors.find(visit.house, frame["environment"].id)
    seen = watchlist.look(found)[:MOST_SEEN]
    return show(
        visit, "environment_monitors.html", seen=await watchlist.with_bars(visit, seen), **frame
    )


async def show_settings(visit: Visit) -> Response:
    """Show what an environment is called, where it tells, and how it ends."""
    return await _show_settings(visit)


async def change(visit: Visit) -> Response:
    """Change an environment."""
    environment_id = visit.parameter("id")
    try:
        await environments.change(visit.house, environment_id, _wish(visit.form))
    except Complaint as complaint:
        return await _show_settings(visit, visit.form, complaint)
    return done(visit, f"{PATH}/{environment_id}/settings", "The environment was changed.")


async def remove(visit: Visit) -> Response:
    """Take an environment away with all that it holds, or say why that cannot be yet."""
    try:
        await environments.remove(visit.house, visit.parameter("id"), visit.now)
    except Complaint as complaint:
        return await _show_settings(visit, complaint=complaint)
    return done(visit, PATH, "The environment was deleted, with all that it held.")


async def framed(visit: Visit) -> dict[str, Any]:
    """Return what the top of each page of an environment says. Raises NotFound."""
    environment = await environments.get(visit.house, visit.parameter("id"))
    counted = await environments.count(visit.house, [environment.id])
    return {"environment": environment, "census": counted[environment.id]}


async def _show_settings(
    visit: Visit, draft: Form | None = None, complaint: Complaint | None = None
) -> Response:
    frame = await framed(visit)
    environment = frame["environment"]
    channels = await notification_channels.find(visit.house, environment.id)
    values: Mapping[str, Any] = draft or {
        "name": environment.name,
        "description": environment.description or "",
    }
    return show(
        visit,
        "environment_settings.html",
        complaint=complaint,
        draft=values,
        draft_channels=draft.getlist("channels") if draft else environment.channel_ids,
        channels=channels,
        channel_options=[(one.id, one.name) for one in channels],
        **frame,
    )


def _wish(form: Form) -> Wish:
    return Wish(
        name=form.get("name", ""),
        description=form.get("description", "").strip() or None,
        channel_ids=tuple(form.getlist("channels")),
    )


PAGES: Final = (
    Page("GET", PATH, list_environments, "read"),
    Page("GET", f"{PATH}/new", ask_for_new, "manage"),
    Page("POST", PATH, create, "manage"),
    Page("GET", f"{PATH}/{{id}}", lead_to_monitors, "read"),
    Page("GET", f"{PATH}/{{id}}/monitors", show_monitors, "read"),
    Page("GET", f"{PATH}/{{id}}/settings", show_settings, "read"),
    Page("POST", f"{PATH}/{{id}}", change, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", remove, "manage"),
)
