"""Notification channels of an environment: who hears, whether it works, and what they were told."""

from typing import Final

from starlette.responses import Response

from tocsin.domain.monitoring.channel_config import ApiAction
from tocsin.domain.monitoring.notification_channel import SignalAction
from tocsin.usecases.errors import Complaint
from tocsin.usecases.monitoring import connections, environments, notification_channels, told
from tocsin.usecases.monitoring.notification_channels import Known
from tocsin.web.lists import address_of_part, cut, page_asked, part_of
from tocsin.web.monitoring.channel_draft import ACTIONS
from tocsin.web.monitoring.channel_kinds import KINDS
from tocsin.web.monitoring.environments import PATH as ENVIRONMENTS
from tocsin.web.monitoring.environments import framed
from tocsin.web.monitoring.listeners import find_tellers, tell_all
from tocsin.web.notices import Notice, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit, go_to

PATH: Final = "/notification_channels"


async def list_channels(visit: Visit) -> Response:
    """Show the channels of an environment."""
    frame = await framed(visit)
    environment = frame["environment"]
    return show(
        visit,
        "channels.html",
        channels=await notification_channels.find(visit.house, environment.id),
        kinds=KINDS,
        **frame,
    )


async def show_channel(visit: Visit) -> Response:
    """Show a channel, how it works, a trial if the address names one, and what it was told."""
    return await _show(visit)


async def try_out(visit: Visit) -> Response:
    """Send a signal that means nothing, and show what comes of it."""
    channel_id = visit.parameter("id")
    sent = visit.form.get("action")
    action: SignalAction = next((one for one in ACTIONS if one == sent), ACTIONS[0])
    try:
        trial = await notification_channels.try_out(visit.house, channel_id, action, visit.now)
    except Complaint as complaint:
        refused = Notice(sentence=" ".join(complaint.sentences), is_refusal=True)
        return await _show(visit, status=409, notice=refused)
    return go_to(f"{PATH}/{channel_id}?trial={trial}#trial")


async def tell_everything(visit: Visit) -> Response:
    """Let it hear of every alert rule of its environment."""
    channel = (await notification_channels.get(visit.house, visit.parameter("id"))).channel
    environment = await environments.get(visit.house, channel.environment_id)
    if channel.id not in environment.channel_ids:
        await tell_all(visit, environment, channel)
    return done(visit, f"{PATH}/{channel.id}", "It hears of every alert rule of its environment.")


async def remove(visit: Visit) -> Response:
    """Tell somebody nothing any more."""
    channel = (await notification_channels.get(visit.house, visit.parameter("id"))).channel
    await notification_channels.remove(visit.house, channel.id, visit.now)
    sentence = "The channel was removed. What it had open over there is being resolved."
    return done(visit, f"{ENVIRONMENTS}/{channel.environment_id}/channels", sentence)


async def _show(visit: Visit, *, status: int = 200, notice: Notice | None = None) -> Response:
    known = await notification_channels.get(visit.house, visit.parameter("id"))
    environment = await environments.get(visit.house, known.channel.environment_id)
    standing = await connections.standing(visit.house, known.channel.id)
    trial_id, page = visit.query.get("trial", ""), page_asked(visit)
    path = f"{PATH}/{known.channel.id}"
    log, has_more = cut(await told.find(visit.house, known.channel.id, part_of(page)))
    return show(
        visit,
        "channel.html",
        status=status,
        notice=notice,
        channel=known.channel,
        kind=KINDS[known.channel.kind],
        environment=environment,
        tellers=await find_tellers(visit, environment, known.channel),
        actions=actions_of(known)[:1] if standing else actions_of(known),
        standing=standing,
        trial=await notification_channels.trial(visit.house, trial_id) if trial_id else None,
        log=log,
        page=page,
        has_more=has_more,
        address=lambda number: address_of_part(path, number),
    )


def actions_of(known: Known) -> list[SignalAction]:
    """List what can be tried: each request that an API action has, or all three."""
    config = known.config
    if isinstance(config, ApiAction):
        return [action for action in ACTIONS if config.request(action)]
    return list(ACTIONS)


PAGES: Final = (
    Page("GET", f"{ENVIRONMENTS}/{{id}}/channels", list_channels, "read"),
    Page("GET", f"{PATH}/{{id}}", show_channel, "read"),
    Page("POST", f"{PATH}/{{id}}/test", try_out, "manage"),
    Page("POST", f"{PATH}/{{id}}/everything", tell_everything, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", remove, "manage"),
)
