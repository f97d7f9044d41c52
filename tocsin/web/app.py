"""The room's door: which page answers at which address, and who may open it."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Final

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Scope

from tocsin.auth.attempts import Attempts
from tocsin.usecases.house import House
from tocsin.usecases.intake.parcels import Take
from tocsin.web import install, news, search, styleguide
from tocsin.web.apps import acting, apps, connect, consent
from tocsin.web.door import answers, api_keys, invitations, passwords, sessions, setup
from tocsin.web.duty import (
    calendars,
    call_lines,
    escalation_policies,
    oncall,
    overrides,
    schedule_editor,
    schedules,
)
from tocsin.web.files import send_file
from tocsin.web.hub import Live
from tocsin.web.intake import (
    change_events,
    integration_settings,
    integrations,
    maintenance_windows,
    quarantine,
    service_form,
    services,
    trials,
)
from tocsin.web.monitoring import (
    agents,
    alert_rules,
    channel_form,
    connections,
    environments,
    instant_notifications,
    monitor_form,
    monitors,
    notification_channels,
    notification_schemes,
    rule_form,
    violations,
)
from tocsin.web.page import Page
from tocsin.web.people import (
    belongings,
    contact_methods,
    devices,
    further_notices,
    newcomers,
    notification_rules,
    team_members,
    teams,
    users,
)
from tocsin.web.problems import ANSWERS
from tocsin.web.reports import analytics
from tocsin.web.response import handing_on, helping, incident, incident_form, incidents
from tocsin.web.safety import SafeHeaders
from tocsin.web.upkeep import (
    alarms,
    health,
    providers,
    rooms,
    settings,
    templates,
    user_groups,
    webhooks,
)
from tocsin.web.visit import Visit, receive

MODULES: Final[Sequence[ModuleType]] = (
    acting,
    agents,
    alarms,
    alert_rules,
    analytics,
    answers,
    api_keys,
    apps,
    belongings,
    calendars,
    call_lines,
    change_events,
    channel_form,
    connect,
    connections,
    consent,
    contact_methods,
    devices,
    further_notices,
    environments,
    escalation_policies,
    handing_on,
    helping,
    health,
    incident,
    incident_form,
    incidents,
    install,
    instant_notifications,
    integrations,  # their form first: its address would fit one of them, too
    integration_settings,
    invitations,
    maintenance_windows,
    monitor_form,
    monitors,
    newcomers,
    news,
    notification_channels,
    notification_rules,
    notification_schemes,
    oncall,
    overrides,
    passwords,
    quarantine,
    rooms,
    rule_form,
    schedule_editor,
    schedules,
    search,
    service_form,
    services,
    sessions,
    settings,
    setup,
    styleguide,
    team_members,
    teams,
    templates,
    trials,
    user_groups,
    users,
    violations,
    webhooks,
    providers,
)
PAGES: Final[tuple[Page, ...]] = tuple(page for module in MODULES for page in module.PAGES)

FILES: Final = "static"
ROOMS: Final = frozenset({page.path.split("/")[1] for page in PAGES})
SMALL: Final = 1000  # bytes that are not worth compressing

# What browsers ask for without saying that they want a page.
ONLY_OURS: Final = frozenset({
    FILES,
    "answer",
    "calendars",
    "call-lines",
    "live",
    "manifest.webmanifest",
    "service-worker.js",
})  # fmt: skip


def web_app(house: House, live: Live, take: Take) -> ASGIApp:
    """Return the application that answers with pages; ``take`` takes the events that they send."""
    attempts = Attempts()
    visit = partial(receive, house, live, take, attempts)
    routes = [_route(page, visit) for page in sorted(PAGES, key=_words_first)]
    files = Route(f"/{FILES}/{{path:path}}", send_file)
    compressed = Middleware(GZipMiddleware, minimum_size=SMALL)
    app = Starlette(routes=[*routes, files], exception_handlers=ANSWERS, middleware=[compressed])
    return SafeHeaders(app)


def is_for_people(scope: Scope) -> bool:
    """Say whether a request is a browser's, for a page or for what a page is made of.

    Programs bring a key, or do not ask for HTML.
    """
    room = scope["path"].removeprefix("/").partition("/")[0]
    if room in ONLY_OURS:
        return True
    headers = dict(scope["headers"])
    return (
        room in ROOMS
        and b"authorization" not in headers
        and b"text/html" in headers.get(b"accept", b"")
    )


def _words_first(page: Page) -> list[bool]:
    """Let ``/services/new`` be found before what takes any id."""
    return [part.startswith("{") for part in page.path.split("/")]


def _route(page: Page, receive: Callable[[Request], Awaitable[Visit]]) -> Route:
    async def answer(request: Request) -> Response:
        visit = await receive(request)
        if page.needs is not None:
            visit.need(page.needs)
        return await page.answer(visit)

    return Route(page.path, answer, methods=[page.method])
