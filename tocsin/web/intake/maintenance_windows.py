"""Maintenance windows: times in which services page nobody."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import UNSET, UnsetType
from starlette.responses import Response

from tocsin.domain.intake.service import MaintenanceWindow, WindowTime
from tocsin.kit.zones import is_zone
from tocsin.usecases.errors import Complaint, Invalid
from tocsin.usecases.intake import maintenance_windows
from tocsin.usecases.intake.maintenance_windows import Filter, Wish
from tocsin.usecases.response import choices
from tocsin.web.instants import draft_instant, read_instant
from tocsin.web.lists import address_of_part, cut, page_asked, part_of
from tocsin.web.notices import Notice, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit
from tocsin.web.words import join

HERE: Final = "/maintenance_windows"
TABS: Final[Mapping[str, tuple[str, WindowTime]]] = {
    "": ("Ongoing and upcoming", "open"),
    "past": ("Past", "past"),
}
LENGTHS: Final = (
    (30, "30 minutes"),
    (60, "1 hour"),
    (120, "2 hours"),
    (240, "4 hours"),
    (480, "8 hours"),
    (1440, "1 day"),
)
LENGTH: Final = 60  # minutes, unless somebody chooses otherwise
PLANNED: Final = "planned"
START: Final = "Start time"
END: Final = "End time"

BLANK: Final[dict[str, Any]] = {
    "service_ids": (),
    "when": "now",
    "minutes": str(LENGTH),
    "start": "",
    "start_which": "",
    "end": "",
    "end_which": "",
    "zone": "",
    "description": "",
}

DELETED: Final = "The maintenance window was deleted."
ENDED: Final = "The maintenance window was ended: alerts of its services page people again."


async def list_windows(visit: Visit) -> Response:
    """Show the windows that are not over by their start, or the past ones, the latest first."""
    return await _list(visit)


async def ask_for_window(visit: Visit) -> Response:
    """Show an empty form; the address may name services."""
    soon = visit.now.replace(minute=0) + timedelta(hours=1)
    draft = BLANK | {
        "service_ids": visit.query.getlist("service"),
        "zone": visit.zone,
        **draft_instant("start", soon, visit.zone),
        **draft_instant("end", soon + timedelta(hours=1), visit.zone),
    }
    return await _form(visit, draft)


async def add_window(visit: Visit) -> Response:
    """Keep services quiet from now on for a while, or for a time in the future."""
    try:
        wish = _wish(visit, _times(visit))
        known = await maintenance_windows.create(visit.house, wish, visit.user, visit.now)
    except Complaint as complaint:
        return await _form(visit, _draft_sent(visit), complaint=complaint)
    names = join([service.name for service in known.services])
    is_now = known.window.start <= visit.now
    return done(visit, HERE, f"{names}: {'in maintenance now' if is_now else 'planned'}.")


async def show_window(visit: Visit) -> Response:
    """Show one window."""
    known = await maintenance_windows.get(visit.house, visit.parameter("id"))
    return show(visit, "maintenance_window.html", known=known)


async def edit_window(visit: Visit) -> Response:
    """Show a window in a form."""
    known = await maintenance_windows.get(visit.house, visit.parameter("id"))
    window, zone = known.window, visit.zone
    draft = BLANK | {
        "service_ids": list(window.service_ids),
        "description": window.description or "",
        "zone": zone,
        **draft_instant("start", window.start, zone),
        **draft_instant("end", window.end, zone),
    }
    return await _form(visit, draft, window=window)


async def change_window(visit: Visit) -> Response:
    """Change a window that is not over."""
    window = (await maintenance_windows.get(visit.house, visit.parameter("id"))).window
    try:
        start, end = _planned(visit)
        times = {"start": _moved(start, window.start), "end": _moved(end, window.end)}
        wish = _wish(visit, times)
        await maintenance_windows.change(visit.house, window.id, wish, visit.now)
    except Complaint as complaint:
        return await _form(visit, _draft_sent(visit), window=window, complaint=complaint)
    return done(visit, HERE, "The maintenance window was changed.")


async def remove_window(visit: Visit) -> Response:
    """Let a running window end now, or take a future one away."""
    window = (await maintenance_windows.get(visit.house, visit.parameter("id"))).window
    if not await maintenance_windows.remove(visit.house, window.id, visit.now):
        late = Notice(sentence="This maintenance window was over already.", is_refusal=True)
        return await _list(visit, status=409, notice=late)
    is_future = window.start > visit.now
    return done(visit, HERE, DELETED if is_future else ENDED)


async def _list(visit: Visit, *, status: int = 200, notice: Notice | None = None) -> Response:
    page, service = page_asked(visit), visit.query.get("service", "")
    tab = visit.query.get("tab", "")
    tab = tab if tab in TABS else ""
    asked = Filter(
        when=TABS[tab][1],
        service_ids=(service,) if service else (),
        latest_first=tab == "past",
    )
    part = part_of(page)
    found, _ = await maintenance_windows.find(visit.house, asked, part, visit.now)
    shown, has_more = cut(found)
    return show(
        visit,
        "maintenance_windows.html",
        status=status,
        notice=notice,
        found=shown,
        tab=tab,
        tabs_of={
            name: (address_of_part(HERE, tab=name, service=service), text)
            for name, (text, _) in TABS.items()
        },
        service=service,
        services=await choices.services(visit.house),
        page=page,
        has_more=has_more,
        address=lambda number: address_of_part(HERE, number, tab=tab, service=service),
    )


async def _form(
    visit: Visit,
    draft: Mapping[str, Any],
    *,
    window: MaintenanceWindow | None = None,
    complaint: Complaint | None = None,
) -> Response:
    return show(
        visit,
        "maintenance_window_form.html",
        complaint=complaint,
        draft=draft,
        window=window,
        services=await choices.services(visit.house),
        lengths=LENGTHS,
        clocks=draft["zone"] if is_zone(draft["zone"]) else visit.zone,
    )


def _draft_sent(visit: Visit) -> dict[str, Any]:
    return BLANK | dict(visit.form) | {"service_ids": visit.form.getlist("service_ids")}


def _wish(visit: Visit, times: Mapping[str, datetime | UnsetType]) -> Wish:
    return Wish(
        service_ids=tuple(visit.form.getlist("service_ids")),
        description=visit.form.get("description", "").strip() or None,
        **times,
    )


def _times(visit: Visit) -> dict[str, datetime | UnsetType]:
    """Read when a new window shall be: from now on for some minutes, or as it is planned."""
    if visit.form.get("when") == PLANNED:
        start, end = _planned(visit)
        return {"start": start, "end": end}
    minutes = visit.form.get("minutes", "")
    if minutes not in {str(length) for length, _ in LENGTHS}:
        raise Invalid("How long must be one of the lengths in the list.")
    return {"end": visit.now + timedelta(minutes=int(minutes))}


def _planned(visit: Visit) -> tuple[datetime, datetime]:
    """Read both ends. Raises Invalid with what is wrong with either."""
    zone = visit.form.get("zone", "").strip() or visit.zone
    faults: dict[str, None] = {}
    instants = list(_instants(visit, zone, faults))
    if faults:
        raise Invalid(*faults)
    return instants[0], instants[1]


def _instants(visit: Visit, zone: str, faults: dict[str, None]) -> Iterator[datetime]:
    for label, name in ((START, "start"), (END, "end")):
        try:
            yield read_instant(visit.form, label, name, zone)
        except Invalid as complaint:
            faults.update(dict.fromkeys(complaint.sentences))


def _moved(at: datetime, before: datetime) -> datetime | UnsetType:
    """Return an instant that a form changed; it shows none of the seconds."""
    return UNSET if at == before.replace(second=0, microsecond=0) else at


PAGES: Final = (
    Page("GET", HERE, list_windows, "read"),
    Page("POST", HERE, add_window, "manage"),
    Page("GET", f"{HERE}/new", ask_for_window, "manage"),
    Page("GET", f"{HERE}/{{id}}", show_window, "read"),
    Page("POST", f"{HERE}/{{id}}", change_window, "manage"),
    Page("GET", f"{HERE}/{{id}}/edit", edit_window, "manage"),
    Page("POST", f"{HERE}/{{id}}/delete", remove_window, "manage"),
)
