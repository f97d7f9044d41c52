"""Providers: who carries messages to people, in which order they are asked, and how they fare."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from msgspec import UNSET
from starlette.responses import Response

from tocsin.domain.reaching.channel import Checked, Declaration
from tocsin.usecases.errors import Complaint, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.people import contact_methods
from tocsin.usecases.reaching import limits, providers
from tocsin.usecases.reaching.providers import Known, Wish, callback_of
from tocsin.web.notices import done
from tocsin.web.numbers import number_if_any
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Form, Visit

PATH: Final = "/providers"
MOST: Final = "most_per_minute"
NOT_TRIED: Final = "Not tried: send a test message to one of your contact methods."
CORRECT_IT: Final = "It was saved; correct it before the night."
CHECK_LATER: Final = "It was saved; check it again later."


async def list_providers(visit: Visit) -> Response:
    """Show who carries messages, kind by kind."""
    known = await providers.find(visit.house)
    house = visit.house
    groups = groupby(known, key=lambda one: one.provider.kind)
    carriers = [one.provider for one in known]
    return show(
        visit,
        "providers.html",
        groups=[(house.kinds[kind], list(found)) for kind, found in groups],
        burdens=await limits.burdens(house, carriers, visit.now),
        always=[
            one for one in house.declared if one.kind.name in house.channels and not one.settings
        ],
        missing=[kind for name, kind in house.kinds.items() if name not in house.ways],
    )


async def ask_for_type(visit: Visit) -> Response:
    """Show which providers can be set up."""
    first = list(visit.house.kinds)  # what PagerDuty knows too begins
    offered = sorted(_offered(visit.house).values(), key=lambda one: first.index(one.kind.name))
    return show(visit, "provider_types.html", offered=offered)


async def ask_for_new(visit: Visit) -> Response:
    """Show an empty form."""
    declaration = _declaration(visit)
    return _form(visit, declaration, {"name": declaration.label} | _defaults(declaration))


async def create(visit: Visit) -> Response:
    """Set one up."""
    declaration = _declaration(visit)
    wish = _wish(visit.form, declaration, type_=declaration.name)
    try:
        provider = await providers.create(visit.house, wish, visit.now)
    except Complaint as complaint:
        return _form(visit, declaration, visit.form, complaint=complaint)
    await providers.recall(visit.house)
    return await _checked(visit, provider.id, f"{provider.name} was set up.")


async def show_provider(visit: Visit) -> Response:
    """Show one: how it fares, and what it must be told."""
    known = await _get(visit)
    others = [
        one.provider
        for one in await providers.find(visit.house)
        if one.provider.kind == known.provider.kind
    ]
    ways = await contact_methods.find(visit.house, visit.user.id)
    burdens = await limits.burdens(visit.house, [known.provider], visit.now)
    return show(
        visit,
        "provider.html",
        known=known,
        burden=burdens[known.provider.id],
        others=others,
        rank=[one.id for one in others].index(known.provider.id),
        mine=next((one for one in ways if one.kind == known.provider.kind), None),
        public_url=visit.house.settings.public_url,
        callback=callback_of(visit.house, known.provider.id),
    )


async def ask_for_change(visit: Visit) -> Response:
    """Show one as a form; secrets stay unseen."""
    known = await _get(visit)
    shown = {
        field.name: "" if field.kind == "secret" else known.provider.settings.get(field.name, "")
        for field in known.declaration.settings
    }
    most = known.provider.most_per_minute
    draft = shown | {"name": known.provider.name, MOST: str(most or "")}
    return _form(visit, known.declaration, draft, known=known)


async def change(visit: Visit) -> Response:
    """Change one."""
    known = await _get(visit)
    wish = _wish(visit.form, known.declaration)
    try:
        await providers.change(visit.house, known.provider.id, wish, visit.now)
    except Complaint as complaint:
        return _form(visit, known.declaration, visit.form, known=known, complaint=complaint)
    await providers.recall(visit.house)
    return await _checked(visit, known.provider.id, "The provider was changed.")


async def check(visit: Visit) -> Response:
    """Ask one whether it knows us."""
    return await _checked(visit, visit.parameter("id"))


async def switch(visit: Visit) -> Response:
    """Use one no more, or again."""
    is_disabled = visit.form.get("use") != "yes"
    await providers.change(
        visit.house, visit.parameter("id"), Wish(is_disabled=is_disabled), visit.now
    )
    return await _changed(visit, "It is not used any more." if is_disabled else "It is used again.")


async def ask_first(visit: Visit) -> Response:
    """Let one be asked before all others of its kind."""
    await providers.put_first(visit.house, visit.parameter("id"), visit.now)
    return await _changed(visit, "It is asked first now.")


async def remove(visit: Visit) -> Response:
    """Take one away."""
    await providers.remove(visit.house, visit.parameter("id"))
    return done(visit, PATH, "The provider was removed.")


async def _checked(visit: Visit, provider_id: str, saved: str = "") -> Response:
    """Tell that something was ``saved``, and whether the other side knows us by it."""
    checked = await providers.check(visit.house, provider_id, visit.now)
    is_refusal = checked is not None and not checked.ok
    sentence = _told(checked, saved).strip()
    return done(visit, f"{PATH}/{provider_id}", sentence, is_refusal=is_refusal)


def _told(checked: Checked | None, saved: str) -> str:
    if checked is None:
        return f"{saved} {NOT_TRIED}"
    if checked.ok:
        return f"{saved} {checked.sentence}"
    what_now = CORRECT_IT if checked.is_refused else CHECK_LATER
    return f"{checked.sentence} {what_now if saved else ''}"


async def _changed(visit: Visit, sentence: str) -> Response:
    await providers.recall(visit.house)
    return done(visit, f"{PATH}/{visit.parameter('id')}", sentence)


async def _get(visit: Visit) -> Known:
    return await providers.get(visit.house, visit.parameter("id"))


def _offered(house: House) -> dict[str, Declaration]:
    return {one.name: one for one in house.declared if one.settings}


def _declaration(visit: Visit) -> Declaration:
    name = str(visit.request.path_params["type"])  # such as twilio_sms
    declaration = _offered(visit.house).get(name)
    if declaration is None:
        raise NotFound("Provider", name)
    return declaration


def _defaults(declaration: Declaration) -> dict[str, str]:
    """Fill in where things usually are; what is a choice begins with the first."""
    addresses = {one.name: one.example for one in declaration.settings if one.kind == "url"}
    choices = {one.name: one.choices[0][0] for one in declaration.settings if one.choices}
    return addresses | choices


def _wish(form: Form, declaration: Declaration, type_: str | None = None) -> Wish:
    settings = {field.name: form.get(field.name, "") for field in declaration.settings}
    return Wish(
        type=type_ or UNSET,
        name=form.get("name", ""),
        settings=settings,
        most_per_minute=number_if_any(form.get(MOST, "")) or None,  # 0 is none, too
    )


def _form(
    visit: Visit,
    declaration: Declaration,
    draft: Mapping[str, str],
    *,
    known: Known | None = None,
    complaint: Complaint | None = None,
) -> Response:
    return show(
        visit,
        "provider_form.html",
        declaration=declaration,
        draft=draft,
        provider=known.provider if known else None,
        complaint=complaint,
    )


PAGES: Final[Sequence[Page]] = (
    Page("GET", PATH, list_providers, "administer"),
    Page("GET", f"{PATH}/new", ask_for_type, "administer"),
    Page("GET", f"{PATH}/new/{{type}}", ask_for_new, "administer"),
    Page("POST", f"{PATH}/new/{{type}}", create, "administer"),
    Page("GET", f"{PATH}/{{id}}", show_provider, "administer"),
    Page("POST", f"{PATH}/{{id}}", change, "administer"),
    Page("GET", f"{PATH}/{{id}}/edit", ask_for_change, "administer"),
    Page("POST", f"{PATH}/{{id}}/check", check, "administer"),
    Page("POST", f"{PATH}/{{id}}/use", switch, "administer"),
    Page("POST", f"{PATH}/{{id}}/first", ask_first, "administer"),
    Page("POST", f"{PATH}/{{id}}/delete", remove, "administer"),
)
