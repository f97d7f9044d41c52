"""Contact methods of a person: the form, and what its buttons do."""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

from starlette.responses import Response

from tocsin.domain.people.user import ContactMethod, Urgency
from tocsin.domain.reaching.address import DEFAULT_COUNTRY, TELEPHONES, dialled_from_abroad
from tocsin.domain.reaching.contact_kind import Kind
from tocsin.usecases.errors import Complaint, Conflict, Invalid, TooMany
from tocsin.usecases.house import House
from tocsin.usecases.people import contact_methods, notification_rules, users
from tocsin.usecases.people.contact_methods import NOT_UNIQUE, Wish
from tocsin.usecases.reaching import proofs
from tocsin.web.notices import done
from tocsin.web.numbers import number_if_any
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.people.reach import offered
from tocsin.web.visit import Form, Visit

PATH: Final = "/users/{id}/contact_methods"
ADDRESS: Final = "Address"
KNOWN_ALREADY: Final = f"{ADDRESS} is among the contact methods already."

Send = Callable[[House, str, str, datetime], Awaitable[None]]

# When a new way is used from the beginning: the urgencies that get a rule with it.
USES: Final[Mapping[str, tuple[Urgency, ...]]] = {
    "both": ("high", "low"),
    "high": ("high",),
    "none": (),
}


async def new_method(visit: Visit) -> Response:
    """Ask what kind of way it shall be; with that, show its form."""
    kind = visit.query.get("kind", "")
    if kind in {one.name for one in _usable(visit)}:
        return await _show(visit, {"use": "high", "kind": kind})
    person = (await users.get(visit.house, visit.owner())).user
    missing = [one for name, one in visit.house.kinds.items() if name not in visit.house.ways]
    return show(
        visit, "contact_method_kinds.html", person=person, kinds=_usable(visit), missing=missing
    )


async def create_method(visit: Visit) -> Response:
    """Give somebody one more way to be reached, used at once if they want that."""
    user_id, form = visit.owner(), visit.form
    try:
        method = await contact_methods.create(visit.house, user_id, _wish(form), visit.now)
        for urgency in USES.get(form.get("use", ""), ()):
            rule = notification_rules.Wish(contact_method_id=method.id, urgency=urgency)
            await notification_rules.create(visit.house, user_id, rule, visit.now)
    except Invalid as complaint:
        return await _show(visit, form, complaint=complaint)
    return done(visit, f"/users/{user_id}", f"{method.label} was added.")


async def show_method(visit: Visit) -> Response:
    """Show whether a way reaches somebody, and what was sent that way lately."""
    return await _look(visit)


async def try_method(visit: Visit) -> Response:
    """Send a message that tests a way to reach somebody."""
    return await _ask_for(visit, proofs.send_trial, "A test message is on its way.")


async def send_code(visit: Visit) -> Response:
    """Send a code that is to be typed in here."""
    return await _ask_for(visit, proofs.send_code, "A code is on its way: type it in here.")


async def prove_method(visit: Visit) -> Response:
    """Take a code as proof."""
    method, form = await _get(visit), visit.form
    try:
        await proofs.prove(visit.house, method.user_id, method.id, form.get("code", ""), visit.now)
    except Invalid as complaint:
        return await _look(visit, form, complaint)
    return done(visit, _path(method), f"{method.label} is proven.")


async def edit_method(visit: Visit) -> Response:
    """Show the form of a way to reach somebody."""
    method = await _get(visit)
    return await _show(visit, _draft(method), method)


async def change_method(visit: Visit) -> Response:
    """Let a way to reach somebody be what was filled in."""
    method = await _get(visit)
    try:
        await contact_methods.change(visit.house, method.user_id, method.id, _wish(visit.form))
    except Invalid as complaint:
        return await _show(visit, visit.form, method, complaint)
    return done(visit, f"/users/{method.user_id}", "The contact method was changed.")


async def remove_method(visit: Visit) -> Response:
    """Take away a way to reach somebody, and the rules that use it."""
    method = await _get(visit)
    await contact_methods.remove(visit.house, method.user_id, method.id)
    return done(visit, f"/users/{method.user_id}", f"{method.label} was removed.")


async def _get(visit: Visit) -> ContactMethod:
    return await contact_methods.get(visit.house, visit.owner(), visit.parameter("method_id"))


async def _ask_for(visit: Visit, send: Send, sentence: str) -> Response:
    method = await _get(visit)
    try:
        await send(visit.house, method.user_id, method.id, visit.now)
    except (Conflict, TooMany) as complaint:
        return await _look(visit, complaint=complaint)
    return done(visit, _path(method), sentence)


async def _look(
    visit: Visit, draft: Mapping[str, str] | None = None, complaint: Complaint | None = None
) -> Response:
    house, method = visit.house, await _get(visit)
    kind = house.kinds.get(method.kind)
    declared = [one for one in house.declared if one.kind.name == method.kind]
    return show(
        visit,
        "contact_method.html",
        person=(await users.get(house, method.user_id)).user,
        method=method,
        kind=kind.label if kind else method.kind,
        trials=await proofs.look(house, method.user_id, method.id, visit.now),
        can_send=method.kind in house.ways,
        has_receipts=any(one.receipt_within for one in declared),
        draft=draft or {},
        complaint=complaint,
    )


def _path(method: ContactMethod) -> str:
    return f"/users/{method.user_id}/contact_methods/{method.id}"


async def _show(
    visit: Visit,
    draft: Mapping[str, str],
    method: ContactMethod | None = None,
    complaint: Complaint | None = None,
) -> Response:
    usable = _usable(visit)
    name = method.kind if method else draft.get("kind", "")
    kind = visit.house.kinds.get(name) or usable[0]
    return show(
        visit,
        "contact_method_form.html",
        person=(await users.get(visit.house, visit.owner())).user,
        method=method,
        draft=draft,
        kind=kind,
        is_telephone=kind.name in TELEPHONES,
        default_country=DEFAULT_COUNTRY,
        complaint=complaint and _in_our_words(complaint, kind),
    )


def _usable(visit: Visit) -> list[Kind]:
    house = visit.house
    return [house.kinds[name] for name in offered(house.kinds.values(), house.ways)]


def _draft(method: ContactMethod) -> dict[str, str]:
    return {
        "kind": method.kind,
        "label": method.label,
        "address": method.address,
        "country_code": str(method.country_code or ""),
        "send_short_email": "yes" if method.send_short_email else "",
    }


def _wish(form: Form) -> Wish:
    kind, address = form.get("kind", ""), form.get("address", "")
    country = number_if_any(form.get("country_code", "").strip().removeprefix("+"))
    if kind in TELEPHONES:
        country, address = dialled_from_abroad(country, address)
    return Wish(
        kind=kind,
        label=form.get("label", ""),
        address=address,
        country_code=country,
        send_short_email="send_short_email" in form,
    )


def _in_our_words(complaint: Complaint, kind: Kind) -> Complaint:
    """Speak of an address as the form calls it, such as a number or a topic."""
    told = [KNOWN_ALREADY if told == NOT_UNIQUE else told for told in complaint.sentences]
    return Invalid(*(re.sub(rf"^{ADDRESS}\b", kind.address.label, sentence) for sentence in told))


PAGES: Final = (
    Page("GET", PATH + "/new", new_method, "read"),
    Page("POST", PATH, create_method, "read"),
    Page("GET", PATH + "/{method_id}", show_method, "read"),
    Page("POST", PATH + "/{method_id}/test", try_method, "read"),
    Page("POST", PATH + "/{method_id}/code", send_code, "read"),
    Page("POST", PATH + "/{method_id}/prove", prove_method, "read"),
    Page("GET", PATH + "/{method_id}/edit", edit_method, "read"),
    Page("POST", PATH + "/{method_id}", change_method, "read"),
    Page("POST", PATH + "/{method_id}/remove", remove_method, "read"),
)
