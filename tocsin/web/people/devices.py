"""Devices: the page on which a browser or a telephone adds itself to the ways to reach somebody."""

from typing import Final

from starlette.responses import Response

from tocsin.usecases.errors import Forbidden, Invalid
from tocsin.usecases.reaching import devices
from tocsin.usecases.reaching.devices import Wish
from tocsin.web.door.browsers import browser
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.people.contact_methods import USES
from tocsin.web.visit import Visit

PATH: Final = "/users/{id}/devices"
NOT_YOURS: Final = "A device can be added only by the person whose it is."


async def new_device(visit: Visit) -> Response:
    """Say what it takes to ring on this device, and offer it."""
    _be_alone(visit)
    return _show(visit, label=browser(visit.origin.user_agent), use="high")


async def add_device(visit: Visit) -> Response:
    """Let the device reach whoever sits before it."""
    user_id, form = visit.parameter("id"), visit.form
    _be_alone(visit)
    label, use = form.get("label", ""), form.get("use", "")
    wish = Wish(subscription=form.get("subscription", ""), label=label, urgencies=USES.get(use, ()))
    try:
        method = await devices.add(visit.house, user_id, wish, visit.now)
    except Invalid as complaint:
        return _show(visit, label=label, use=use, complaint=complaint)
    return done(visit, f"/users/{user_id}", f"{method.label} was added: Tocsin rings on it now.")


def _be_alone(visit: Visit) -> None:
    """See that nobody, however mighty, lets their own browser hear another's pages."""
    if visit.parameter("id") != visit.user.id:
        raise Forbidden(NOT_YOURS)


def _show(visit: Visit, *, label: str, use: str, complaint: Invalid | None = None) -> Response:
    return show(
        visit,
        "device.html",
        complaint=complaint,
        person_id=visit.parameter("id"),
        label=label,
        use=use,
        public_key=devices.public_key(visit.house),
    )


PAGES: Final = (
    Page("GET", f"{PATH}/new", new_device, "read"),
    Page("POST", PATH, add_device, "read"),
)
