"""The form of a notification channel, new or not: drawn for its kind."""

from typing import Final, cast

from starlette.exceptions import HTTPException
from starlette.responses import Response

from tocsin.domain.monitoring.channel_config import METHODS, kind_of
from tocsin.domain.monitoring.environment import Environment
from tocsin.domain.monitoring.notification_channel import ChannelKind, NotificationChannel
from tocsin.usecases.errors import Complaint
from tocsin.usecases.monitoring import environments, notification_channels
from tocsin.usecases.monitoring.notification_channels import Wish
from tocsin.web.monitoring.channel_draft import (
    ELSEWHERE,
    Draft,
    blank,
    config_of,
    draft_of,
    paste,
    regions,
)
from tocsin.web.monitoring.channel_kinds import KINDS, PLACEHOLDERS
from tocsin.web.monitoring.environments import PATH as ENVIRONMENTS
from tocsin.web.monitoring.listeners import attach, origin_asked, tell_all, teller_of
from tocsin.web.monitoring.notification_channels import PATH
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

NEW: Final = f"{ENVIRONMENTS}/{{id}}/channels/new"


async def ask_for_kind(visit: Visit) -> Response:
    """Ask where it shall be told."""
    return show(
        visit,
        "channel_kinds.html",
        environment=await _environment(visit),
        kinds=KINDS,
        origin=origin_asked(visit),
    )


async def ask_for_new(visit: Visit) -> Response:
    """Show the form of a kind; the first channel is meant to be told of everything."""
    environment, draft = await _environment(visit), dict(blank(visit.house.settings.public_url))
    if not await notification_channels.find(visit.house, environment.id):
        draft["all"] = "yes"
    return await _show(visit, environment, _kind(visit), draft)


async def redraw_new(visit: Visit) -> Response:
    """Show it again with what was pasted."""
    return await _redraw(visit, await _environment(visit), _kind(visit))


async def create(visit: Visit) -> Response:
    """Let a place hear of what is found."""
    environment, kind = await _environment(visit), _kind(visit, visit.form.get("kind", ""))
    try:
        teller = await teller_of(visit, origin_asked(visit))
        wish = _wish(visit, kind)
        channel = await notification_channels.create(visit.house, environment.id, wish, visit.now)
    except Complaint as complaint:
        return await _show(visit, environment, kind, visit.form, complaint=complaint)
    if kind == "pagerduty" and visit.form.get("first") == "yes":
        await notification_channels.greet(visit.house, channel.id, visit.now)
    told = "The channel was saved. Test it now, so that you know that it works."
    if teller:
        return await attach(visit, teller, channel)
    if visit.form.get("all") == "yes":
        await tell_all(visit, environment, channel)
    return done(visit, f"{PATH}/{channel.id}", told)


async def ask_for_change(visit: Visit) -> Response:
    """Show the form of a channel as it is, its secrets masked."""
    known = await notification_channels.get(visit.house, visit.parameter("id"))
    draft = dict(draft_of(known.config, visit.house.settings.public_url))
    draft["name"] = known.channel.name
    environment = await environments.get(visit.house, known.channel.environment_id)
    return await _show(visit, environment, kind_of(known.config), draft, known.channel)


async def redraw(visit: Visit) -> Response:
    """Show it again with what was pasted; the channel stays as it is."""
    known = await notification_channels.get(visit.house, visit.parameter("id"))
    environment = await environments.get(visit.house, known.channel.environment_id)
    return await _redraw(visit, environment, known.channel.kind, known.channel)


async def change(visit: Visit) -> Response:
    """Let a channel be what was filled in."""
    channel = (await notification_channels.get(visit.house, visit.parameter("id"))).channel
    try:
        wish = _wish(visit, channel.kind)
        await notification_channels.change(visit.house, channel.id, wish)
    except Complaint as complaint:
        environment = await environments.get(visit.house, channel.environment_id)
        return await _show(
            visit, environment, channel.kind, visit.form, channel, complaint=complaint
        )
    return done(visit, f"{PATH}/{channel.id}", "The channel was changed. Test it again.")


async def _redraw(
    visit: Visit,
    environment: Environment,
    kind: ChannelKind,
    channel: NotificationChannel | None = None,
) -> Response:
    action = visit.form.get("do", "").removeprefix("paste-")
    try:
        draft = paste(visit.form, action)
    except Complaint as complaint:
        return await _show(visit, environment, kind, visit.form, channel, complaint=complaint)
    return await _show(visit, environment, kind, draft, channel, focus=action)


async def _show(
    visit: Visit,
    environment: Environment,
    kind: ChannelKind,
    draft: Draft,
    channel: NotificationChannel | None = None,
    *,
    complaint: Complaint | None = None,
    focus: str = "",
) -> Response:
    within = f"{ENVIRONMENTS}/{environment.id}/channels"
    here = visit.house.settings.public_url
    return show(
        visit,
        "channel_form.html",
        complaint=complaint,
        environment=environment,
        channel=channel,
        kind=KINDS[kind],
        kind_id=kind,
        draft=draft,
        focus=focus,
        origin=origin_asked(visit),
        asks_first=visit.query.get("first") == "yes",
        regions=(*regions(here), (ELSEWHERE, "Another server")),
        methods=[(method, method) for method in METHODS],
        placeholders=PLACEHOLDERS,
        path=f"{PATH}/{channel.id}" if channel else within,
        redraw_path=f"{PATH}/{channel.id}/edit" if channel else f"{within}/new/{kind}",
        home=f"{PATH}/{channel.id}" if channel else within,
    )


def _wish(visit: Visit, kind: ChannelKind) -> Wish:
    return Wish(name=visit.form.get("name", ""), config=config_of(kind, visit.form))


def _kind(visit: Visit, name: str | None = None) -> ChannelKind:
    name = visit.parameter("kind") if name is None else name
    if name not in KINDS:
        raise HTTPException(404)
    return cast("ChannelKind", name)


async def _environment(visit: Visit) -> Environment:
    return await environments.get(visit.house, visit.parameter("id"))


PAGES: Final = (
    Page("GET", NEW, ask_for_kind, "manage"),
    Page("GET", f"{NEW}/{{kind}}", ask_for_new, "manage"),
    Page("POST", f"{NEW}/{{kind}}", redraw_new, "manage"),
    Page("POST", f"{ENVIRONMENTS}/{{id}}/channels", create, "manage"),
    Page("GET", f"{PATH}/{{id}}/edit", ask_for_change, "manage"),
    Page("POST", f"{PATH}/{{id}}/edit", redraw, "manage"),
    Page("POST", f"{PATH}/{{id}}", change, "manage"),
)
