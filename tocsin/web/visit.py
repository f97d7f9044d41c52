"""A visit: who asks for a page, with what form, and whether they may."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, quote

import msgspec
from starlette.datastructures import ImmutableMultiDict, QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tocsin.auth.attempts import Attempts
from tocsin.auth.principal import Needed, Principal
from tocsin.domain.people.session import Origin
from tocsin.domain.people.user import User
from tocsin.usecases.duty.own_duty import Duty, duty_of
from tocsin.usecases.errors import Forbidden
from tocsin.usecases.house import House
from tocsin.usecases.intake.parcels import Take
from tocsin.usecases.people import sessions
from tocsin.web.cookies import read_cookie
from tocsin.web.hub import Live

SESSION: Final = "tocsin_session"
VISITOR: Final = "tocsin_visitor"  # ties a form to a browser in which nobody is signed in yet
PROOF: Final = "proof"  # the hidden field of each form
REFRESH: Final = "x-tocsin-refresh"  # the header with which our script asks for a page anew
FORM_LIMIT: Final = 256 * 1024
MOST_FIELDS: Final = 1000
SALT_BYTES: Final = 8

Form = ImmutableMultiDict[str, str]

STALE: Final = "This page was open for too long. Go back, load it again, and repeat what you did."
TOO_LITTLE: Final = "Your role does not allow this. Ask an administrator if you need to do it."


class SignInFirst(Exception):  # noqa: N818 - an answer, not a fault
    """Nobody is signed in."""


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One request for a page. ``secret`` is what its cookie holds, and ties forms to it.

    ``take`` takes events as it takes those that tools send.
    """

    house: House
    live: Live
    take: Take
    attempts: Attempts
    request: Request
    now: datetime
    secret: str
    principal: Principal | None = None
    duty: Duty | None = None
    form: Form = Form()

    @property
    def by(self) -> Principal:
        """In whose name and with what powers they act. Raises SignInFirst."""
        if self.principal is None:
            raise SignInFirst
        return self.principal

    @property
    def user(self) -> User:
        """Whoever is signed in. Raises SignInFirst."""
        if self.principal is None or self.principal.user is None:
            raise SignInFirst
        return self.principal.user

    @property
    def zone(self) -> str:
        """The zone in which they are told the time."""
        user = self.principal.user if self.principal else None
        return (user and user.time_zone) or self.house.account.time_zone

    @property
    def query(self) -> QueryParams:
        """What the address asks for."""
        return self.request.query_params

    @property
    def is_refresh(self) -> bool:
        """Whether our script asks for a page that is open already."""
        return REFRESH in self.request.headers

    @property
    def proof(self) -> str:
        """What each form holds to prove that it is ours.

        No two are alike: what is always the same could be guessed from the length of what a
        compressed page becomes.
        """
        salt = secrets.token_urlsafe(SALT_BYTES)
        return f"{salt}.{self.house.sealer.sign(f'form {salt} {self.secret}')}"

    def proves(self, proof: str) -> bool:
        """Say whether a form with this proof came from one of our pages in this browser."""
        salt, _, signature = proof.partition(".")
        return self.house.sealer.verify(f"form {salt} {self.secret}", signature)

    @property
    def address(self) -> str:
        """From where they come."""
        return self.request.client.host if self.request.client else ""

    @property
    def origin(self) -> Origin:
        """From where they come, and with what browser."""
        return Origin(self.address, self.request.headers.get("user-agent", ""))

    def may(self, power: Needed, whose: str | None = None) -> bool:
        """Say whether they have this power, over the user ``whose`` if it needs to be their own."""
        return self.principal is not None and self.principal.may(power, whose)

    def need(self, power: Needed, whose: str | None = None) -> None:
        """Go on only with this power. Raises SignInFirst, Forbidden."""
        if self.principal is None:
            raise SignInFirst
        if not self.principal.may(power, whose):
            raise Forbidden(TOO_LITTLE)

    def owner(self) -> str:
        """Return whose things the address is about. Raises Forbidden."""
        user_id = self.parameter("id")
        self.need("own", user_id)
        return user_id

    def parameter(self, name: str) -> str:
        """Return a part of the path. Raises HTTPException: no name of ours holds a sign."""
        part = str(self.request.path_params[name])
        if not (part.isascii() and part.isalnum()):
            raise HTTPException(404)
        return part


async def receive(
    house: House, live: Live, take: Take, attempts: Attempts, request: Request
) -> Visit:
    """Find out who asks; of a form, also see that it is ours. Raises Forbidden."""
    _refuse_nul(request.query_params.multi_items())
    now = house.clock()
    token = read_cookie(house, request, SESSION)
    principal = await sessions.recognise(house, token, now) if token else None
    visitor = read_cookie(house, request, VISITOR) or secrets.token_urlsafe(16)
    visit = Visit(
        house=house,
        live=live,
        take=take,
        attempts=attempts,
        request=request,
        now=now,
        secret=token if principal else visitor,
        principal=principal,
        duty=await _duty(house, request, principal, now),
        form=await _read_form(request) if request.method == "POST" else Form(),
    )
    if request.method == "POST" and not visit.proves(visit.form.get(PROOF, "")):
        raise SignInFirst if token and not principal else Forbidden(STALE)
    return visit


def go_to(address: str) -> Response:
    """Answer a form: look at this page now."""
    return RedirectResponse(address, status_code=303)


def ask_to_sign_in(request: Request) -> Response:
    """Send somebody to the door, and remember where they were going."""
    at = request.url.path
    if request.method == "POST":
        at = at.rpartition("/")[0]  # a form's address has no page; the one above it has the form
    elif request.url.query:
        at += f"?{request.url.query}"
    return go_to("/login" if at in {"", "/"} else f"/login?next={quote(at, safe='/')}")


async def _duty(
    house: House, request: Request, principal: Principal | None, now: datetime
) -> Duty | None:
    """Say what whoever looks at a page is on call for."""
    if principal is None or principal.user is None or request.method == "POST":
        return None
    return await duty_of(house, principal.user.id, now)


async def _read_form(request: Request) -> Form:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LIMIT:
            raise HTTPException(413)
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise HTTPException(400) from None
    _refuse_nul(fields)
    return Form(fields)


def _refuse_nul(fields: Iterable[tuple[str, str]]) -> None:
    """See that nothing holds the sign that no database can. Raises HTTPException."""
    if any("\0" in text for field in fields for text in field):
        raise HTTPException(400)
