"""Passwords: a link to choose another one, and one's own changed while signed in."""

from functools import partial
from typing import Final

from starlette.responses import Response

from tocsin.usecases.errors import Complaint, Invalid
from tocsin.usecases.people import passwords
from tocsin.usecases.people.sessions import TooSoon
from tocsin.usecases.reaching import letters
from tocsin.web.door.sessions import MINE, let_in
from tocsin.web.door.tickets import follow_link, hand_over, open_link
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit, go_to

FORGOTTEN: Final = "/password/forgotten"
RESET: Final = "/password/reset/{token}"
OWN: Final = "/account/password"
CHANGED: Final = "Your password was changed, and you are signed in only here."


async def ask_where(visit: Visit) -> Response:
    """Ask to which address a link shall go, if letters can be sent at all."""
    return _ask(visit)


async def send_link(visit: Visit) -> Response:
    """Send a link to whoever has this address; the answer is the same for everybody."""
    email = visit.form.get("email", "")
    try:
        await passwords.ask(visit.house, visit.attempts, email, visit.origin, visit.now)
    except TooSoon as no:
        return _ask(visit, status=429, email=email, complaint=no)
    return go_to(f"{FORGOTTEN}/sent")


async def tell_to_look(visit: Visit) -> Response:
    """Say where to look for the link."""
    return show(visit, "password_sent.html")


async def ask_for_change(visit: Visit) -> Response:
    """Ask for the present password and for a new one."""
    return show(visit, "password_change.html")


async def change_own(visit: Visit) -> Response:
    """Change the password of whoever knows the present one."""
    try:
        session = await passwords.change(
            visit.house,
            visit.attempts,
            visit.by,
            present=visit.form.get("present", ""),
            new=visit.form.get("password", ""),
            origin=visit.origin,
            now=visit.now,
        )
    except (Invalid, TooSoon) as no:
        status = 429 if isinstance(no, TooSoon) else 400
        return show(visit, "password_change.html", status=status, complaint=no)
    return let_in(visit, session, done(visit, MINE, CHANGED, session=session))


async def offer(visit: Visit) -> Response:
    """Send somebody a link for a new password, or show it to the administrator."""
    sent = await passwords.offer(visit.house, visit.parameter("id"), visit.by, visit.now)
    return hand_over(visit, sent, "reset")


def _ask(
    visit: Visit, *, status: int = 200, email: str = "", complaint: Complaint | None = None
) -> Response:
    return show(
        visit,
        "password_forgotten.html",
        status=status,
        complaint=complaint,
        email=email,
        can_send=letters.can_send(visit.house),
    )


PAGES: Final = (
    Page("GET", FORGOTTEN, ask_where),
    Page("POST", FORGOTTEN, send_link),
    Page("GET", f"{FORGOTTEN}/sent", tell_to_look),
    Page("GET", RESET, partial(open_link, kind="reset")),
    Page("POST", RESET, partial(follow_link, kind="reset")),
    Page("GET", OWN, ask_for_change, "read"),
    Page("POST", OWN, change_own, "read"),
    Page("POST", "/users/{id}/reset_password", offer, "administer"),
)
