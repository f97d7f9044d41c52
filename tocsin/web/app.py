"""The room's door: which page answers at which address, and who may open it."""

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tocsin.auth.attempts import Attempts
from tocsin.auth.principal import Power
from tocsin.usecases.house import House
from tocsin.web import incidents, sessions
from tocsin.web.files import send_file
from tocsin.web.problems import ANSWERS
from tocsin.web.visit import Visit, receive

# No script, no style and no picture but our own, and no frame around us.
POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
SAFE: Final = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
ROOMS: Final = frozenset({"", "incidents", "login", "logout", "static"})
FILES: Final = "static"


class Page(NamedTuple):
    """What answers at an address, and the power it takes; None lets strangers in."""

    method: str
    path: str
    answer: Callable[[Visit], Awaitable[Response]]
    needs: Power | None = None


PAGES: Final = (
    Page("GET", "/", incidents.go_home, "read"),
    Page("GET", "/incidents", incidents.list_incidents, "read"),
    Page("GET", "/incidents/{id}", incidents.show_incident, "read"),
    Page("POST", "/incidents/{id}/{action}", incidents.act_on_incident, "respond"),
    Page("GET", "/login", sessions.ask),
    Page("POST", "/login", sessions.sign_in),
    Page("POST", "/logout", sessions.sign_out),
)


def web_app(house: House) -> ASGIApp:
    """Return the application that answers with pages."""
    attempts = Attempts()
    routes = [_route(page, house, attempts) for page in PAGES]
    files = Route(f"/{FILES}/{{name}}", send_file)
    return SafeHeaders(Starlette(routes=[*routes, files], exception_handlers=ANSWERS))


def is_for_people(scope: Scope) -> bool:
    """Say whether a request is a browser's, for a page or for what a page is made of.

    Programs bring a key, or do not ask for HTML.
    """
    room = scope["path"].removeprefix("/").partition("/")[0]
    if room == FILES:
        return True
    headers = dict(scope["headers"])
    return (
        room in ROOMS
        and b"authorization" not in headers
        and b"text/html" in headers.get(b"accept", b"")
    )


class SafeHeaders:
    """Adds to each answer what keeps browsers from harm; pages are not kept by caches."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(SAFE)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_safely)


def _route(page: Page, house: House, attempts: Attempts) -> Route:
    async def answer(request: Request) -> Response:
        visit = await receive(house, attempts, request)
        if page.needs is not None:
            visit.need(page.needs)
        return await page.answer(visit)

    return Route(page.path, answer, methods=[page.method])
