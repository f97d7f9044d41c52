"""Links with which people choose a password: followed by them, handed out by administrators."""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.domain.people.ticket import TicketKind
from tocsin.domain.people.user import User
from tocsin.usecases.errors import Complaint, Invalid
from tocsin.usecases.people import passwords, tickets
from tocsin.usecases.people.tickets import LinkOver, Sent
from tocsin.web.door.sessions import let_in
from tocsin.web.notices import done
from tocsin.web.pages import show
from tocsin.web.visit import Visit

GONE: Final = 410
SECRET: Final = {"referrer-policy": "no-referrer"}  # the address of the page is a key


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between the links: their pages, and where they lead in the end."""

    form: str
    over: str
    onward: Callable[[User], str]
    welcome: str
    sent: str


WAYS: Final[Mapping[TicketKind, Way]] = {
    "invitation": Way(
        form="invitation.html",
        over="invitation_over.html",
        onward=lambda user: f"/users/{user.id}",
        welcome="Welcome. Look here how you are reached, and add what is missing.",
        sent="An invitation is on its way to {}.",
    ),
    "reset": Way(
        form="password_reset.html",
        over="password_over.html",
        onward=lambda _: "/incidents",
        welcome="Your password was changed, and you are signed in only here.",
        sent="A link for a new password is on its way to {}.",
    ),
}


async def open_link(visit: Visit, kind: TicketKind) -> Response:
    """Ask whoever follows a link for a password. Opening it uses nothing up: mail gateways look."""
    return await _form(visit, kind)


async def follow_link(visit: Visit, kind: TicketKind) -> Response:
    """Take the password that was chosen, and let its owner in."""
    token = visit.parameter("token")
    try:
        user = await tickets.holder(visit.house, kind, token, visit.now)
        session = await passwords.choose(
            visit.house,
            kind,
            token,
            password=visit.form.get("password", ""),
            origin=visit.origin,
            now=visit.now,
        )
    except LinkOver:
        return _over(visit, kind)
    except Invalid as no:
        return await _form(visit, kind, complaint=no)
    way = WAYS[kind]
    onward = done(visit, way.onward(user), way.welcome, session=session)
    return let_in(visit, session, onward)


def hand_over(visit: Visit, sent: Sent, kind: TicketKind) -> Response:
    """Tell an administrator that a letter goes out, or show the link that they must hand over."""
    page = f"/users/{sent.user.id}"
    if sent.link is None:
        return done(visit, page, WAYS[kind].sent.format(sent.user.email))
    return _secret(show(visit, "handed_over.html", sent=sent, kind=kind, onward=page))


async def _form(visit: Visit, kind: TicketKind, *, complaint: Complaint | None = None) -> Response:
    token = visit.parameter("token")
    try:
        holder = await tickets.holder(visit.house, kind, token, visit.now)
    except LinkOver:
        return _over(visit, kind)
    page = show(
        visit,
        WAYS[kind].form,
        complaint=complaint,
        holder=holder,
        address=f"{tickets.PATHS[kind]}/{token}",
    )
    return _secret(page)


def _over(visit: Visit, kind: TicketKind) -> Response:
    return _secret(show(visit, WAYS[kind].over, status=GONE))


def _secret(response: Response) -> Response:
    response.headers.update(SECRET)
    return response
