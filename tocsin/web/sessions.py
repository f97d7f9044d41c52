"""The door: people sign in, and out again."""

import re
from typing import Final

from starlette.responses import Response

from tocsin.domain.session import LONGEST
from tocsin.usecases import sessions
from tocsin.usecases.errors import Complaint
from tocsin.usecases.sessions import Credentials, NotKnown, TooSoon
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import SESSION, VISITOR, Visit, go_to, set_cookie

HOME: Final = "/incidents"

# Of our own addresses only: two slashes, or one and a backslash, would lead to another house.
_WITHIN: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


async def ask(visit: Visit) -> Response:
    """Ask who somebody is; let those pass who have told already."""
    onward = _onward(visit.request.query_params.get("next", ""))
    return go_to(onward) if visit.principal else _form(visit, onward)


async def sign_in(visit: Visit) -> Response:
    """Let somebody in who knows their password."""
    onward = _onward(visit.form.get("next", ""))
    given = Credentials(
        email=visit.form.get("email", ""),
        password=visit.form.get("password", ""),
        origin=visit.origin,
    )
    try:
        token = await sessions.sign_in(visit.house, visit.attempts, given, visit.now)
    except (NotKnown, TooSoon) as no:
        status = 429 if isinstance(no, TooSoon) else 401
        return _form(visit, onward, status=status, email=given.email, complaint=no)
    response = go_to(onward)
    set_cookie(visit, response, SESSION, token, max_age=int(LONGEST.total_seconds()))
    response.delete_cookie(VISITOR)
    return response


async def sign_out(visit: Visit) -> Response:
    """Let somebody out."""
    await sessions.sign_out(visit.house, visit.request.cookies.get(SESSION, ""))
    response = go_to("/login")
    response.delete_cookie(SESSION)
    return response


def _form(
    visit: Visit,
    onward: str,
    *,
    status: int = 200,
    email: str = "",
    complaint: Complaint | None = None,
) -> Response:
    return show(visit, "login.html", status=status, onward=onward, email=email, complaint=complaint)


def _onward(address: str) -> str:
    return address if _WITHIN.fullmatch(address) else HOME


PAGES: Final = (
    Page("GET", "/login", ask),
    Page("POST", "/login", sign_in),
    Page("POST", "/logout", sign_out),
)
