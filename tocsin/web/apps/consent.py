"""Consent: an app asks to act for somebody, who is told what that means, and says yes or no."""

from typing import Final

from starlette.responses import Response

from tocsin.auth.oauth_nouns import Sent
from tocsin.usecases.machines import grants
from tocsin.web.apps.leaving import leading_to, send_back
from tocsin.web.apps.scope_words import told
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import SignInFirst, Visit

PATH: Final = "/oauth/authorize"


async def ask(visit: Visit) -> Response:
    """Show what an app asks for. What cannot be asked goes back to it, before anybody signs in."""
    user = visit.principal.user if visit.principal else None
    wanted = await grants.ask(visit.house, _sent(visit), user, visit.now)
    if isinstance(wanted, str):
        return send_back(wanted)
    if user is None:
        raise SignInFirst
    page = show(
        visit,
        "consent.html",
        app=wanted.app,
        told=[told(scope) for scope in wanted.scopes],
        back=wanted.redirect_uri,
        question=visit.request.url.query,
    )
    return leading_to(page, wanted.redirect_uri)


async def answer(visit: Visit) -> Response:
    """Go back to the app with a code, or with a no."""
    allow = visit.form.get("answer") == "allow"
    address = await grants.answer(visit.house, _sent(visit), visit.user, visit.now, allow=allow)
    return send_back(address)


def _sent(visit: Visit) -> Sent:
    """Return what the app asks, which the address holds, also that of the form."""
    return Sent(method="GET", fields=visit.query.multi_items())


PAGES: Final = (
    Page("GET", PATH, ask),
    Page("POST", f"{PATH}/answer", answer, "read"),
)
