"""Instant notifications: a key that is pasted once, and told by whole environments."""

from collections.abc import Sequence
from typing import Any, Final

from starlette.responses import Response

from tocsin.domain.monitoring.channel_config import Config
from tocsin.usecases.errors import Complaint, Invalid
from tocsin.usecases.monitoring import environments, notification_channels
from tocsin.web.monitoring.channel_draft import ELSEWHERE, blank, config_of, regions
from tocsin.web.monitoring.listeners import tell_all
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

PATH: Final = "/account/instant-notifications"
NAME: Final = "PagerDuty"
MOST_OF_A_NAME: Final = 100  # channels that are all called the same

NO_ENVIRONMENT: Final = "Environments must be at least one."


async def ask(visit: Visit) -> Response:
    """Ask for a key, and for what it shall hear of."""
    known = await environments.find(visit.house)
    only = [one.id for one in known] if len(known) == 1 else []
    return await _show(visit, blank(visit.house.settings.public_url), only)


async def begin(visit: Visit) -> Response:
    """Let the holder of a key hear of all rules of these environments."""
    chosen, config = visit.form.getlist("environments"), config_of("pagerduty", visit.form)
    try:
        known = {one.id: one for one in await environments.find(visit.house)}
        ids = [id_ for id_ in chosen if id_ in known]
        if known and not ids:
            raise Invalid(NO_ENVIRONMENT)
        wanted: Sequence[str | None] = ids or [None]
        for id_ in wanted:
            await _tell(visit, id_, config)
    except Complaint as complaint:
        return await _show(visit, visit.form, chosen, complaint)
    return done(visit, PATH, "The key was saved. Test it now: choose it under “Told now”.")


async def _tell(visit: Visit, environment_id: str | None, config: Config) -> None:
    """Make a channel for a key, and let it hear of every rule of an environment, or of the first.

    Where there is none yet, it is made with the channel.
    """
    house = visit.house
    there = await notification_channels.find(house, environment_id) if environment_id else []
    taken = {one.name for one in there}
    names = (NAME, *(f"{NAME} {number}" for number in range(2, MOST_OF_A_NAME)))
    wish = notification_channels.Wish(
        name=next(name for name in names if name not in taken),
        config=config,
    )
    channel = await notification_channels.create(house, environment_id, wish, visit.now)
    await tell_all(visit, await environments.get(house, channel.environment_id), channel)


async def _show(
    visit: Visit, draft: Any, chosen: Sequence[str], complaint: Complaint | None = None
) -> Response:
    known = await environments.find(visit.house)
    found = [
        (environment, channel)
        for environment in known
        for channel in await notification_channels.find(visit.house, environment.id)
        if channel.kind == "pagerduty" and channel.id in environment.channel_ids
    ]
    return show(
        visit,
        "instant_notifications.html",
        complaint=complaint,
        draft=draft,
        draft_environments=chosen,
        regions=(*regions(visit.house.settings.public_url), (ELSEWHERE, "Another server")),
        environments=[(one.id, one.name) for one in known],
        channels=found,
    )


PAGES: Final = (
    Page("GET", PATH, ask, "manage"),
    Page("POST", PATH, begin, "manage"),
)
