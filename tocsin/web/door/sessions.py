"""The door: people sign in, and out again, and see where else they are signed in."""

import re
from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.domain.people.session import LONGEST, Session
from tocsin.domain.people.user import User
from tocsin.usecases import first_start
from tocsin.usecases.errors import Complaint
from tocsin.usecases.people import sessions, users
from tocsin.usecases.people.sessions import Credentials, NotKnown, TooSoon
from tocsin.web.cookies import drop_cookie, read_cookie, set_cookie
from tocsin.web.door.browsers import browser
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import SESSION, VISITOR, Visit, go_to

HOME: Final = "/incidents"
MINE: Final = "/account/sessions"

# Of our own addresses only: two slashes, or one and a backslash, would lead to another house.
_WITHIN: Final = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


class Place(msgspec.Struct, frozen=True):
    """A session, and the browser that it is in; perhaps the one that shows this."""

    session: Session
    browser: str
    is_here: bool


async def ask(visit: Visit) -> Response:
    """Ask who somebody is; let those pass who have told already, and the first one claim it."""
    onward = _onward(visit.query.get("next", ""))
    if visit.principal:
        return go_to(onward)
    if await first_start.is_unclaimed(visit.house):
        return go_to("/setup")
    return _form(visit, onward)


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
    return let_in(visit, token, go_to(onward))


async def sign_out(visit: Visit) -> Response:
    """Let somebody out."""
    await sessions.sign_out(visit.house, read_cookie(visit.house, visit.request, SESSION))
    response = go_to("/login")
    drop_cookie(visit.house, response, SESSION)
    return response


def let_in(visit: Visit, token: str, response: Response) -> Response:
    """Give the browser a session along with an answer."""
    set_cookie(visit.house, response, SESSION, token, max_age=int(LONGEST.total_seconds()))
    drop_cookie(visit.house, response, VISITOR)
    return response


async def list_mine(visit: Visit) -> Response:
    """Show where one is signed in."""
    return await _list(visit, visit.user, MINE)


async def end_mine(visit: Visit) -> Response:
    """End one of one's sessions."""
    return await _end(visit, visit.user.id, MINE)


async def end_others(visit: Visit) -> Response:
    """End all of one's sessions but this one."""
    count = await sessions.end_all(visit.house, visit.user.id, but=_here(visit))
    return done(visit, MINE, f"You were signed out of {_counted(count)}.")


async def list_theirs(visit: Visit) -> Response:
    """Show an administrator where somebody is signed in."""
    user = (await users.get(visit.house, visit.parameter("id"))).user
    return await _list(visit, user, f"/users/{user.id}/sessions")


async def end_theirs(visit: Visit) -> Response:
    """End one of somebody's sessions."""
    user_id = visit.parameter("id")
    return await _end(visit, user_id, f"/users/{user_id}/sessions")


async def end_all_theirs(visit: Visit) -> Response:
    """End all sessions of somebody; of one's own, all but this one."""
    user = (await users.get(visit.house, visit.parameter("id"))).user
    count = await sessions.end_all(visit.house, user.id, but=_here(visit))
    told = f"{user.name} was signed out of {_counted(count)}."
    return done(visit, f"/users/{user.id}/sessions", told)


async def _list(visit: Visit, user: User, base: str) -> Response:
    found = await sessions.find(visit.house, user.id, visit.now)
    places = [Place(s, browser(s.user_agent), s.id == _here(visit)) for s in found]
    return show(visit, "sessions.html", whose=user, base=base, places=places)


async def _end(visit: Visit, user_id: str, base: str) -> Response:
    await sessions.end(visit.house, user_id, visit.form.get("session", ""))
    return done(visit, base, "That browser was signed out.")


def _form(
    visit: Visit,
    onward: str,
    *,
    status: int = 200,
    email: str = "",
    complaint: Complaint | None = None,
) -> Response:
    return show(
        visit,
        "login.html",
        status=status,
        onward=onward,
        email=email,
        complaint=complaint,
    )


def _here(visit: Visit) -> str | None:
    return visit.principal.key_id if visit.principal else None


def _counted(count: int) -> str:
    return "one browser" if count == 1 else f"{count} browsers"


def _onward(address: str) -> str:
    return address if _WITHIN.fullmatch(address) else HOME


PAGES: Final = (
    Page("GET", "/login", ask),
    Page("POST", "/login", sign_in),
    Page("POST", "/logout", sign_out),
    Page("GET", MINE, list_mine, "read"),
    Page("POST", f"{MINE}/end", end_mine, "read"),
    Page("POST", f"{MINE}/end_others", end_others, "read"),
    Page("GET", "/users/{id}/sessions", list_theirs, "administer"),
    Page("POST", "/users/{id}/sessions/end", end_theirs, "administer"),
    Page("POST", "/users/{id}/sessions/end_all", end_all_theirs, "administer"),
)
