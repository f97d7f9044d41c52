"""The form of a monitor, new or not: drawn for its kind, and told what else to make."""

from collections.abc import Sequence
from typing import Final, cast

from msgspec import UNSET
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tocsin.domain.monitoring.environment import BUILT_IN_AGENT
from tocsin.domain.monitoring.monitor import Monitor, MonitorKind
from tocsin.usecases.errors import Complaint
from tocsin.usecases.monitoring import agents, environments, monitors, notification_channels
from tocsin.usecases.monitoring.monitors import Wish
from tocsin.web.monitoring import starting
from tocsin.web.monitoring.kinds import KINDS
from tocsin.web.monitoring.monitor_draft import (
    Draft,
    blank,
    draft_of,
    number_in,
    press,
    read_draft,
    target_of,
)
from tocsin.web.monitoring.standing import THE_SERVER
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit
from tocsin.web.words import duration

PATH: Final = "/monitors"
INTERVALS: Final = (10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 21_600, 43_200, 86_400)


async def ask_for_kind(visit: Visit) -> Response:
    """Ask what shall be looked at."""
    environment = visit.query.get("environment", "")
    return show(visit, "monitor_kinds.html", kinds=KINDS, environment=environment)


async def ask_for_new(visit: Visit) -> Response:
    """Show the form of a kind, with what is usual."""
    draft = blank(_kind(visit.parameter("kind")), visit.query.get("environment", ""))
    return await _show(visit, draft)


async def redraw_new(visit: Visit) -> Response:
    """Show it again after one of its buttons."""
    kind = _kind(visit.parameter("kind"))
    return await _show(visit, press(read_draft(kind, visit.form), visit.form.get("do", "")))


async def create(visit: Visit) -> Response:
    """Let something be watched, and somebody be told of it."""
    draft = read_draft(_kind(visit.form.get("kind", "")), visit.form)
    try:
        environment_id = draft.environment_id or None
        monitor = await monitors.create(visit.house, environment_id, _wish(draft), visit.now)
        told = await starting.begin_telling(visit, monitor, draft.told)
    except Complaint as complaint:
        return await _show(visit, draft, complaint=complaint)
    return done(visit, f"{PATH}/{monitor.id}", f"The monitor was added. {told}")


async def ask_for_change(visit: Visit) -> Response:
    """Show the form of a monitor as it is, without its secrets."""
    monitor = await _monitor(visit)
    draft = draft_of(monitor, monitors.target_of(visit.house, monitor))
    return await _show(visit, draft, monitor)


async def redraw(visit: Visit) -> Response:
    """Show it again after one of its buttons; the monitor stays as it is."""
    monitor = await _monitor(visit)
    draft = press(read_draft(monitor.kind, visit.form), visit.form.get("do", ""))
    return await _show(visit, draft, monitor)


async def change(visit: Visit) -> Response:
    """Let a monitor be what was filled in."""
    monitor = await _monitor(visit)
    draft = read_draft(monitor.kind, visit.form)
    try:
        await monitors.change(visit.house, monitor.id, _wish(draft), visit.now)
    except Complaint as complaint:
        return await _show(visit, draft, monitor, complaint=complaint)
    return done(visit, f"{PATH}/{monitor.id}", "The monitor was changed.")


async def _show(
    visit: Visit,
    draft: Draft,
    monitor: Monitor | None = None,
    *,
    complaint: Complaint | None = None,
) -> Response:
    known = await environments.find(visit.house)
    chosen = draft.environment_id or next((one.id for one in known), "")
    channels = [] if monitor else await _channels(visit, chosen)
    return show(
        visit,
        "monitor_form.html",
        complaint=complaint,
        draft=draft,
        monitor=monitor,
        kind=KINDS[draft.kind],
        path=f"{PATH}/{monitor.id}" if monitor else PATH,
        redraw_path=f"{PATH}/{monitor.id}/edit" if monitor else f"{PATH}/new/{draft.kind}",
        environments=[(one.id, one.name) for one in known],
        channels=channels,
        agents=await _agents(visit),
        intervals=_intervals(draft),
        shows_more=_shows_more(draft, complaint),
    )


async def _channels(visit: Visit, environment_id: str) -> Sequence[tuple[str, str]]:
    if not environment_id:
        return []
    found = await notification_channels.find(visit.house, environment_id)
    return [(one.id, one.name) for one in found]


async def _agents(visit: Visit) -> Sequence[tuple[str, str]]:
    """List who can measure; where there is but the server itself, there is no choice."""
    found = [(one.id, one.name) for one in await agents.find(visit.house)]
    return [(BUILT_IN_AGENT, THE_SERVER), *found] if found else []


def _shows_more(draft: Draft, complaint: Complaint | None) -> bool:
    """Say whether what few need is open from the start: something in it is set, or wrong."""
    usual = blank(draft.kind, "").values
    asked = [one.name for one in KINDS[draft.kind].asks if one.more]
    return complaint is not None or any(draft.values[name] != usual[name] for name in asked)


def _intervals(draft: Draft) -> list[tuple[str, str]]:
    """List intervals to choose among, and the one that is set already."""
    text = draft.values.get("interval", "")
    present = {int(text)} if text.isascii() and text.isdecimal() and len(text) < 9 else set()
    return [(str(n), f"Every {duration(n)}") for n in sorted({*INTERVALS, *present})]


def _wish(draft: Draft) -> Wish:
    """Return what a draft asks for. Raises Invalid."""
    return Wish(
        name=draft.name,
        target=target_of(draft),
        interval=number_in(draft, "interval", "Interval"),
        timeout=number_in(draft, "timeout", "Timeout"),
        retries=number_in(draft, "retries", "Retries"),
        agent_ids=UNSET if draft.kind == "heartbeat" else draft.agent_ids,
    )


def _kind(name: str) -> MonitorKind:
    if name not in KINDS:
        raise HTTPException(404)
    return cast("MonitorKind", name)


async def _monitor(visit: Visit) -> Monitor:
    return (await monitors.get(visit.house, visit.parameter("id"))).monitor


PAGES: Final = (
    Page("GET", f"{PATH}/new", ask_for_kind, "manage"),
    Page("GET", f"{PATH}/new/{{kind}}", ask_for_new, "manage"),
    Page("POST", f"{PATH}/new/{{kind}}", redraw_new, "manage"),
    Page("POST", PATH, create, "manage"),
    Page("GET", f"{PATH}/{{id}}/edit", ask_for_change, "manage"),
    Page("POST", f"{PATH}/{{id}}/edit", redraw, "manage"),
    Page("POST", f"{PATH}/{{id}}", change, "manage"),
)
