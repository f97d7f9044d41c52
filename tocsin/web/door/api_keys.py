"""API keys: listed with their last use, made and shown once, revoked."""

from collections.abc import Iterable
from typing import Final

from starlette.responses import Response

from tocsin.usecases.errors import Complaint, Invalid
from tocsin.usecases.people import api_keys
from tocsin.usecases.people.api_keys import Owned, Wish
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Form, Visit

PATH: Final = "/api_keys"
ACCOUNT: Final = "account"


async def list_keys(visit: Visit) -> Response:
    """Show the keys that somebody may handle."""
    owned = await api_keys.find_for(visit.house, visit.by)
    good, revoked = _divided(owned)
    return show(visit, "api_keys.html", good=good, revoked=revoked)


async def ask(visit: Visit) -> Response:
    """Ask what a new key is for."""
    return _form(visit, Form())


async def make(visit: Visit) -> Response:
    """Make a key, and show it this once: not on a page of its own, which one could come back to."""
    wish = Wish(
        description=visit.form.get("description", ""),
        user_id=None if visit.form.get("whose") == ACCOUNT else visit.user.id,
        read_only=visit.form.get("read_only") == "yes",
    )
    try:
        key, secret = await api_keys.make(visit.house, wish, visit.by, visit.now)
    except Invalid as no:
        return _form(visit, visit.form, complaint=no)
    url = visit.house.settings.public_url
    return show(visit, "api_key_made.html", status=201, key=key, secret=secret, url=url)


async def revoke(visit: Visit) -> Response:
    """Let a key open nothing from now on."""
    key = await api_keys.withdraw(visit.house, visit.form.get("key", ""), visit.by, visit.now)
    return done(visit, PATH, f"The key “{key.description}” was revoked.")


def _form(visit: Visit, draft: Form, *, complaint: Complaint | None = None) -> Response:
    return show(visit, "api_key_form.html", complaint=complaint, draft=draft)


def _divided(owned: Iterable[Owned]) -> tuple[list[Owned], list[Owned]]:
    good: list[Owned] = []
    revoked: list[Owned] = []
    for key, name in owned:
        (good if key.revoked_at is None else revoked).append((key, name))
    return good, revoked


PAGES: Final = (
    Page("GET", PATH, list_keys, "read"),
    Page("GET", f"{PATH}/new", ask, "read"),
    Page("POST", PATH, make, "read"),
    Page("POST", f"{PATH}/revoke", revoke, "read"),
)
