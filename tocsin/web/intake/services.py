"""Services: the directory, one service with what happens to it, and what may be done with it."""

from datetime import timedelta
from functools import partial
from typing import Final, get_args

from starlette.responses import RedirectResponse, Response

from tocsin.usecases.intake import maintenance_windows, service_directory, services
from tocsin.usecases.intake.services import Faring, Filter, Wish
from tocsin.usecases.parts import Part
from tocsin.usecases.reaching import rooms
from tocsin.web.lists import address_of_part, page_asked, team_options
from tocsin.web.notices import Undo, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.people.reach import lacking
from tocsin.web.visit import Visit

PATH: Final = "/service-directory"
PER_PAGE: Final = 50
MOST_TEAMS: Final = 100
FARINGS: Final[tuple[Faring, ...]] = get_args(Faring)
REST: Final = timedelta(hours=1)  # how long the one click lasts


async def list_services(visit: Visit) -> Response:
    """Show the directory."""
    sought, team = visit.query.get("q", "").strip(), visit.query.get("team", "")
    faring: Faring = next((one for one in FARINGS if one == visit.query.get("show")), "any")
    page = page_asked(visit)
    asked = Filter(about=sought or None, team_ids=(team,) if team else (), faring=faring)
    part = Part(limit=PER_PAGE, offset=(page - 1) * PER_PAGE)
    address = partial(address_of_part, PATH, q=sought, team=team)
    return show(
        visit,
        "services.html",
        listing=await service_directory.browse(visit.house, asked, part, visit.now),
        teams=await team_options(visit, "All teams"),
        team=team,
        query=sought,
        faring=faring,
        page=page,
        address=address,
        turn=partial(address, show="" if faring == "any" else faring),
    )


async def show_service(visit: Visit) -> Response:
    """Show what happens to a service."""
    overview = await service_directory.tell(visit.house, visit.parameter("id"), visit.now)
    known = overview.listed.known
    told = await rooms.find(visit.house, service_id=known.service.id)
    warned = await lacking(visit.house, [overview.listed.ladder])
    return show(visit, "service.html", overview=overview, known=known, rooms=told, lacking=warned)


async def show_settings(visit: Visit) -> Response:
    """Show how a service behaves."""
    known = await services.get(visit.house, visit.parameter("id"), visit.now)
    return show(visit, "service_settings.html", known=known)


async def disable(visit: Visit) -> Response:
    """Let events of a service page nobody."""
    path = await _switch(visit, disabled=True)
    told = "The service is disabled: its alerts are recorded and page nobody."
    return done(visit, path, told, undo=Undo(f"{path}/enable"))


async def enable(visit: Visit) -> Response:
    """Let events of a service page people again."""
    path = await _switch(visit, disabled=False)
    told = "The service is enabled: its alerts page people."
    return done(visit, path, told, undo=Undo(f"{path}/disable"))


async def begin_maintenance(visit: Visit) -> Response:
    """Keep a service quiet for an hour from now."""
    service_id = visit.parameter("id")
    wish = maintenance_windows.Wish(
        start=visit.now,
        end=visit.now + REST,
        service_ids=(service_id,),
        description="Begun with one click",
    )
    known = await maintenance_windows.create(visit.house, wish, visit.user, visit.now)
    path = f"{PATH}/{service_id}"
    told = "The service is in maintenance for an hour: its alerts are recorded and page nobody."
    return done(visit, path, told, undo=_end_of(path, known.window.id))


async def end_maintenance(visit: Visit) -> Response:
    """End a maintenance window that runs, or give up one that is to come."""
    path = f"{PATH}/{visit.parameter('id')}"
    window_id = visit.form.get("window", "")
    was_open = await maintenance_windows.remove(visit.house, window_id, visit.now)
    told = "The maintenance window is over." if was_open else "It was over already."
    return done(visit, path, told)


async def remove_service(visit: Visit) -> Response:
    """Take a service away."""
    await services.remove(visit.house, visit.parameter("id"), visit.user, visit.now)
    return done(visit, PATH, "The service was deleted, and its open incidents are resolved.")


async def lead_to_directory(visit: Visit) -> Response:
    """Lead whoever knows the address of the API to the pages."""
    return RedirectResponse(f"{PATH}{visit.request.url.path.removeprefix('/services')}")


async def _switch(visit: Visit, *, disabled: bool) -> str:
    """Disable or enable a service, and return where its page is."""
    service_id = visit.parameter("id")
    await services.change(visit.house, service_id, Wish(disabled=disabled), visit.now)
    return f"{PATH}/{service_id}"


def _end_of(path: str, window_id: str) -> Undo:
    return Undo(f"{path}/end-maintenance", {"window": window_id})


PAGES: Final = (
    Page("GET", PATH, list_services, "read"),
    Page("GET", f"{PATH}/{{id}}", show_service, "read"),
    Page("GET", f"{PATH}/{{id}}/settings", show_settings, "read"),
    Page("POST", f"{PATH}/{{id}}/disable", disable, "manage"),
    Page("POST", f"{PATH}/{{id}}/enable", enable, "manage"),
    Page("POST", f"{PATH}/{{id}}/maintenance", begin_maintenance, "manage"),
    Page("POST", f"{PATH}/{{id}}/end-maintenance", end_maintenance, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", remove_service, "manage"),
    Page("GET", "/services", lead_to_directory, "read"),
    Page("GET", "/services/{id}", lead_to_directory, "read"),
)
