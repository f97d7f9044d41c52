"""The first page of all: somebody claims the house with the code that the server has printed."""

from typing import Final

from starlette.responses import Response

from tocsin.usecases import first_start
from tocsin.usecases.errors import Complaint, Conflict, Invalid
from tocsin.usecases.first_start import Owner
from tocsin.usecases.people.sessions import TooSoon
from tocsin.web.door.sessions import let_in
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Form, Visit, go_to

WELCOME: Final = "This installation is yours. Add a service, and give its key to your monitoring."


async def ask(visit: Visit) -> Response:
    """Ask who will own the house, as long as nobody does."""
    if not await first_start.is_unclaimed(visit.house):
        return go_to("/login")
    return _form(visit, Form())


async def claim(visit: Visit) -> Response:
    """Let whoever has the code own the house."""
    owner = Owner(
        name=visit.form.get("name", ""),
        email=visit.form.get("email", ""),
        time_zone=visit.form.get("time_zone", "").strip() or None,
        password=visit.form.get("password", ""),
    )
    try:
        session = await first_start.claim(
            visit.house,
            visit.attempts,
            owner,
            code=visit.form.get("code", ""),
            origin=visit.origin,
            now=visit.now,
        )
    except Conflict as no:
        return done(visit, "/login", no.sentences[0])
    except (Invalid, TooSoon) as no:
        return _form(visit, visit.form, 429 if isinstance(no, TooSoon) else 400, no)
    return let_in(visit, session, done(visit, "/", WELCOME, session=session))


def _form(
    visit: Visit, draft: Form, status: int = 200, complaint: Complaint | None = None
) -> Response:
    return show(visit, "setup.html", status=status, complaint=complaint, draft=draft)


PAGES: Final = (
    Page("GET", "/setup", ask),
    Page("POST", "/setup", claim),
)
