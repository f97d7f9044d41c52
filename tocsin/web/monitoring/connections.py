"""Connections: signing in at another server, choosing a service there, and coming back."""

from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from tocsin.domain.monitoring.channel_config import PagerDuty
from tocsin.domain.monitoring.far_server import SCOPES, FarServer
from tocsin.usecases.errors import Complaint
from tocsin.usecases.monitoring import (
    alert_rules,
    connecting,
    connections,
    environments,
    far_servers,
    notification_channels,
)
from tocsin.usecases.monitoring.connecting import BACK, Arrival, Astray, Goal, Onward
from tocsin.web.apps.leaving import leading_to, send_back
from tocsin.web.cookies import drop_cookie, read_cookie, set_cookie
from tocsin.web.monitoring.alert_rules import PATH as RULES
from tocsin.web.monitoring.channel_draft import ELSEWHERE, draft_of, regions
from tocsin.web.monitoring.environments import PATH as ENVIRONMENTS
from tocsin.web.monitoring.listeners import tell_all
from tocsin.web.monitoring.notification_channels import PATH as CHANNELS
from tocsin.web.notices import Notice, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

PATH: Final = f"{ENVIRONMENTS}/{{id}}/connect"
TRIP: Final = "tocsin_trip"  # what the browser keeps while it is away


async def ask(visit: Visit) -> Response:
    """Ask where somebody wants to sign in."""
    return await _show(visit, await _goal(visit, visit.parameter("id"), visit.query))


async def begin(visit: Visit) -> Response:
    """Send the browser to another server."""
    goal = await _goal(visit, visit.parameter("id"), visit.form)
    base_url = visit.form.get("server", "")
    onward = await connecting.begin(visit.house, base_url, goal, visit.secret, visit.now)
    return _leave(visit, onward)


async def come_back(visit: Visit) -> Response:
    """Go on with what the other server said, or say what came of it."""
    sealed = read_cookie(visit.house, visit.request, TRIP)
    try:
        outcome = await connecting.come_back(
            visit.house, sealed, visit.secret, dict(visit.query), visit.now
        )
    except Astray as astray:
        if astray.goal is None:
            raise
        notice = Notice(sentence=" ".join(astray.sentences), is_refusal=True)
        page = await _show(visit, astray.goal, status=400, notice=notice)
        drop_cookie(visit.house, page, TRIP)
        return page
    if isinstance(outcome, Onward):
        return _leave(visit, outcome)
    await _let_hear(visit, outcome)
    rule_id = outcome.goal.rule_id
    home = f"{RULES}/{rule_id}/notifications" if rule_id else f"{CHANNELS}/{outcome.channel.id}"
    response = done(visit, home, f"{outcome.channel.name} is connected. {outcome.told}")
    drop_cookie(visit.house, response, TRIP)
    return response


async def save_server(visit: Visit) -> Response:
    """Keep as which app we are known at a server."""
    goal = await _goal(visit, visit.parameter("id"), visit.form)
    region = visit.form.get("region", ELSEWHERE)
    server = FarServer(
        base_url=visit.form.get("base_url", "") if region == ELSEWHERE else region,
        client_id=visit.form.get("client_id", ""),
        client_secret=visit.form.get("client_secret", ""),
        signs_in=visit.form.get("choose_only") != "yes",
    )
    try:
        server = await far_servers.save(visit.house, server)
    except Complaint as complaint:
        return await _show(visit, goal, complaint=complaint, draft=visit.form)
    return done(visit, _address(goal), f"{server.at.name} was saved. Now sign in there.")


async def forget_server(visit: Visit) -> Response:
    """Forget a server."""
    goal = await _goal(visit, visit.parameter("id"), visit.form)
    await far_servers.remove(visit.house, visit.form.get("server", ""))
    return done(visit, _address(goal), "The server was forgotten. Channels there stay connected.")


async def give_token(visit: Visit) -> Response:
    """Let a channel hear with an API token of somebody's own."""
    channel_id = visit.parameter("id")
    token, email = visit.form.get("token", ""), visit.form.get("user_email", "")
    try:
        told = await connections.give_token(visit.house, channel_id, token, email, visit.now)
    except Complaint as complaint:
        known = await notification_channels.get(visit.house, channel_id)
        goal = Goal(environment_id=known.channel.environment_id, channel_id=channel_id)
        return await _show(visit, goal, complaint=complaint, draft=visit.form)
    return done(visit, f"{CHANNELS}/{channel_id}", f"The channel is connected. {told}")


async def disconnect(visit: Visit) -> Response:
    """Let a channel hear nothing any more."""
    channel_id = visit.parameter("id")
    left = await connections.disconnect(visit.house, channel_id, visit.now)
    told = f"The channel tells on, and hears nothing any more. {left}".strip()
    return done(visit, f"{CHANNELS}/{channel_id}", told)


async def _let_hear(visit: Visit, arrival: Arrival) -> None:
    """Let the first channel of an environment be told of everything, unless a rule asked for it."""
    goal = arrival.goal
    if goal.rule_id or goal.channel_id:
        return
    found = await notification_channels.find(visit.house, goal.environment_id)
    if [one.id for one in found] == [arrival.channel.id]:
        environment = await environments.get(visit.house, goal.environment_id)
        await tell_all(visit, environment, arrival.channel)


def _leave(visit: Visit, onward: Onward) -> Response:
    response = send_back(onward.address)
    kept_for = int(connecting.TRIP_FOR.total_seconds())
    set_cookie(visit.house, response, TRIP, onward.sealed, max_age=kept_for)
    return response


async def _show(
    visit: Visit,
    goal: Goal,
    *,
    status: int | None = None,
    notice: Notice | None = None,
    complaint: Complaint | None = None,
    draft: Any = None,
) -> Response:
    here = visit.house.settings.public_url
    channel = await _channel(visit, goal)
    at = channel.config.base_url if channel and isinstance(channel.config, PagerDuty) else ""
    servers = [one for one in await far_servers.find(visit.house) if at in ("", one.base_url)]
    rule = await alert_rules.get(visit.house, goal.rule_id) if goal.rule_id else None
    page = show(
        visit,
        "connections.html",
        status=status,
        notice=notice,
        complaint=complaint,
        draft=draft or draft_of(PagerDuty(integration_key="", base_url=at or here), here),
        environment=await environments.get(visit.house, goal.environment_id),
        rule=rule,
        channel=channel,
        goal=goal,
        path=f"{ENVIRONMENTS}/{goal.environment_id}/connect",
        servers=servers,
        regions=(*regions(here), (ELSEWHERE, "Another server")),
        back=here + BACK,
        scopes=SCOPES,
    )
    return leading_to(page, *(server.at.oauth for server in servers))


async def _goal(visit: Visit, environment_id: str, said: Any) -> Goal:
    """Read what a connection is for. Raises NotFound."""
    await environments.get(visit.house, environment_id)
    goal = Goal(
        environment_id=environment_id,
        rule_id=said.get("rule", ""),
        channel_id=said.get("channel", ""),
    )
    if goal.rule_id:
        await alert_rules.get(visit.house, goal.rule_id)
    await _channel(visit, goal)
    return goal


async def _channel(visit: Visit, goal: Goal) -> notification_channels.Known | None:
    if not goal.channel_id:
        return None
    return await notification_channels.get(visit.house, goal.channel_id)


def _address(goal: Goal) -> str:
    asked = {"rule": goal.rule_id, "channel": goal.channel_id}
    query = urlencode({name: id_ for name, id_ in asked.items() if id_})
    path = f"{ENVIRONMENTS}/{goal.environment_id}/connect"
    return f"{path}?{query}" if query else path


PAGES: Final = (
    Page("GET", PATH, ask, "manage"),
    Page("POST", PATH, begin, "manage"),
    Page("POST", f"{PATH}/server", save_server, "manage"),
    Page("POST", f"{PATH}/forget", forget_server, "manage"),
    Page("GET", BACK, come_back, "manage"),
    Page("POST", f"{CHANNELS}/{{id}}/token", give_token, "manage"),
    Page("POST", f"{CHANNELS}/{{id}}/disconnect", disconnect, "manage"),
)
