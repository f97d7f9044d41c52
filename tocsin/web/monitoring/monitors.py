"""Monitors: all of them, one with what it measured, and what may be done with it."""

from collections.abc import Sequence
from typing import Final

from starlette.responses import Response

from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT
from tocsin.domain.monitoring.monitor import Monitor
from tocsin.usecases.errors import Complaint
from tocsin.usecases.monitoring import agents, alert_rules, environments, monitors, violations
from tocsin.usecases.monitoring.monitors import Wish
from tocsin.usecases.parts import Part
from tocsin.web.lists import page_asked
from tocsin.web.monitoring import watchlist
from tocsin.web.monitoring.kinds import KINDS
from tocsin.web.monitoring.response_plot import plot_of, range_asked
from tocsin.web.monitoring.standing import THE_SERVER, WORDS, Standing, standing_of
from tocsin.web.notices import Notice, Undo, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit
from tocsin.web.words import ago

PATH: Final = "/monitors"
PER_PAGE: Final = 50
MOST_VIOLATIONS: Final = 5


async def list_monitors(visit: Visit) -> Response:
    """Show all monitors, the worst first."""
    asked, page = watchlist.asked_by(visit), page_asked(visit)
    seen = watchlist.look(await monitors.find(visit.house))
    known = {one.id: one for one in await environments.find(visit.house)}
    narrowed = watchlist.narrow(seen, asked)
    wanted = watchlist.in_state(narrowed, asked.state)
    shown = wanted[(page - 1) * PER_PAGE : page * PER_PAGE]
    return show(
        visit,
        "monitors.html",
        asked=asked,
        all=len(seen),
        tabs_of=watchlist.tabs_of(narrowed, asked),
        groups=[*watchlist.group(await watchlist.with_bars(visit, shown), known)],
        environments=[(one.id, one.name) for one in known.values()],
        kinds=[("", "All kinds"), *((id_, kind.name) for id_, kind in KINDS.items())],
        page=page,
        has_more=len(wanted) > page * PER_PAGE,
        address=asked.address,
    )


async def show_monitor(visit: Visit) -> Response:
    """Show how a monitor stands, what it measured, and what rules made of it."""
    return await _show(visit)


async def measure(visit: Visit) -> Response:
    """Look at once."""
    monitor_id = visit.parameter("id")
    try:
        await monitors.measure_now(visit.house, monitor_id, visit.now)
    except Complaint as complaint:
        refused = Notice(sentence=" ".join(complaint.sentences), is_refusal=True)
        return await _show(visit, status=409, notice=refused)
    told = "It is being measured. The answer appears here in a moment."
    return done(visit, f"{PATH}/{monitor_id}", told)


async def pause(visit: Visit) -> Response:
    """Measure something no longer, for now."""
    path = await _switch(visit, paused=True)
    told = "The monitor is paused: nothing is measured."
    return done(visit, path, told, undo=Undo(f"{path}/resume"))


async def resume(visit: Visit) -> Response:
    """Measure something again."""
    path = await _switch(visit, paused=False)
    return done(visit, path, "The monitor measures again.", undo=Undo(f"{path}/pause"))


async def remove(visit: Visit) -> Response:
    """Take a monitor away, with all it measured."""
    await monitors.remove(visit.house, visit.parameter("id"), visit.now)
    return done(visit, PATH, "The monitor was deleted.")


async def _show(visit: Visit, *, status: int = 200, notice: Notice | None = None) -> Response:
    watched = await monitors.get(visit.house, visit.parameter("id"))
    monitor = watched.monitor
    standing = standing_of(monitor, watched.results, watched.violations)
    active = [one for one in watched.violations if one.state == "active"]
    rules = await alert_rules.find(visit.house, monitor.environment_id)
    part = Part(limit=MOST_VIOLATIONS)
    past, _ = await violations.find(visit.house, part, monitor_id=monitor.id)
    url = monitors.heartbeat_url(visit.house, monitor) if visit.may("manage") else None
    return show(
        visit,
        "monitor.html",
        status=status,
        notice=notice,
        monitor=monitor,
        kind=KINDS[monitor.kind],
        environment=await environments.get(visit.house, monitor.environment_id),
        standing=standing,
        word=WORDS[standing.state],
        told=_told(active, standing, visit),
        active=active,
        newest=watched.results,
        plot=await plot_of(visit, monitor, range_asked(visit)),
        violations=past,
        is_open=bool(watched.violations),
        rules=[one for one in rules if not one.monitor_ids or monitor.id in one.monitor_ids],
        agent_names=await agent_names(visit),
        heartbeat_url=url,
        cron=_cron(monitor, url),
    )


async def agent_names(visit: Visit) -> dict[str, str]:
    """Say what agents are called, by their ids."""
    known = {agent.id: agent.name for agent in await agents.find(visit.house)}
    return {BUILT_IN_AGENT: THE_SERVER} | known


def _told(active: Sequence[Violation], standing: Standing, visit: Visit) -> str:
    """Say in a sentence how a monitor stands."""
    if standing.fault:
        return standing.fault
    if active:
        return active[0].summary
    if standing.looked_at is None:
        return "Its first round is still to come."
    return f"All was well {ago(standing.looked_at, visit.now)}."


def _cron(monitor: Monitor, url: str | None) -> str:
    """Show how a job calls a heartbeat when it has ended well."""
    return f"0 3 * * * /usr/local/bin/{_job(monitor.name)} && curl -fsS -m 10 {url}"


def _job(name: str) -> str:
    """Make the name of a program of what a monitor is called."""
    words = "".join(sign if sign.isascii() and sign.isalnum() else " " for sign in name.lower())
    return "-".join(words.split()) or "job"


async def _switch(visit: Visit, *, paused: bool) -> str:
    monitor_id = visit.parameter("id")
    await monitors.change(visit.house, monitor_id, Wish(paused=paused), visit.now)
    return f"{PATH}/{monitor_id}"


PAGES: Final = (
    Page("GET", PATH, list_monitors, "read"),
    Page("GET", f"{PATH}/{{id}}", show_monitor, "read"),
    Page("POST", f"{PATH}/{{id}}/measure", measure, "manage"),
    Page("POST", f"{PATH}/{{id}}/pause", pause, "manage"),
    Page("POST", f"{PATH}/{{id}}/resume", resume, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", remove, "manage"),
)
