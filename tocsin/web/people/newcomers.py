"""Newcomers: the form with which administrators invite people."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from tocsin.usecases.errors import Complaint
from tocsin.usecases.people import invitations
from tocsin.usecases.people.users import Wish
from tocsin.usecases.reaching import letters
from tocsin.web.door.tickets import hand_over
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.roles import role_in
from tocsin.web.visit import Visit

PATH: Final = "/users"


async def ask_whom(visit: Visit) -> Response:
    """Ask who shall be invited."""
    return _show(visit, {})


async def invite(visit: Visit) -> Response:
    """Invite somebody, or show the link that they must be given."""
    form = visit.form
    wish = Wish(name=form.get("name", ""), email=form.get("email", ""), role=role_in(form))
    try:
        sent = await invitations.invite(visit.house, wish, visit.by, visit.now)
    except Complaint as complaint:
        return _show(visit, form, complaint)
    return hand_over(visit, sent, "invitation")


def _show(visit: Visit, draft: Mapping[str, str], complaint: Complaint | None = None) -> Response:
    return show(
        visit,
        "user_new.html",
        draft=draft,
        can_send=letters.can_send(visit.house),
        complaint=complaint,
    )


PAGES: Final = (
    Page("GET", f"{PATH}/new", ask_whom, "administer"),
    Page("POST", PATH, invite, "administer"),
)
