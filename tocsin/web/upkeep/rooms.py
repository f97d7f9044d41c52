"""Rooms of chats: where incidents are posted for everybody, and what came of it."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from tocsin.domain.reaching.phrases import LANGUAGE_NAMES
from tocsin.usecases.errors import Complaint
from tocsin.usecases.reaching import rooms, user_groups
from tocsin.usecases.reaching.rooms import Wish
from tocsin.usecases.response import choices
from tocsin.web.lists import address_of_part, cut, page_asked, part_of
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Form, Visit

PATH: Final = "/rooms"
ALL: Final = ("", "All services")


async def list_rooms(visit: Visit) -> Response:
    """Show all rooms and groups, or those of a provider."""
    provider_id = visit.query.get("provider") or None
    return show(
        visit,
        "rooms.html",
        rooms=await rooms.find(visit.house, provider_id=provider_id),
        groups=await user_groups.find(visit.house, provider_id=provider_id),
        keepers=rooms.keepers(visit.house),
        group_keepers=user_groups.keepers(visit.house),
        provider_id=provider_id,
    )


async def ask_for_new(visit: Visit) -> Response:
    """Show an empty form, perhaps for a service or a provider."""
    return await _form(visit, {"language": visit.house.account.language, **visit.query})


async def create(visit: Visit) -> Response:
    """Add a room, and try at once whether it is reached."""
    try:
        room = await rooms.create(visit.house, _wish(visit.form), visit.now)
    except Complaint as complaint:
        return await _form(visit, visit.form, complaint=complaint)
    await rooms.try_out(visit.house, room.id, visit.now)
    told = "The room was added. A test is on its way: its result appears in the log."
    return done(visit, f"{PATH}/{room.id}", told)


async def show_room(visit: Visit) -> Response:
    """Show one room, and what it was told."""
    known = await rooms.get(visit.house, visit.parameter("id"))
    page = page_asked(visit)
    log, _ = await rooms.deliveries_of(visit.house, known.room.id, part_of(page))
    shown, has_more = cut(log)
    return show(
        visit,
        "room.html",
        known=known,
        languages=LANGUAGE_NAMES,
        log=shown,
        page=page,
        has_more=has_more,
        address=lambda number: address_of_part(f"{PATH}/{known.room.id}", number),
    )


async def try_out(visit: Visit) -> Response:
    """Post a test; the log shows what comes of it."""
    id_ = visit.parameter("id")
    await rooms.try_out(visit.house, id_, visit.now)
    told = "A test is on its way: its result appears in the log."
    return done(visit, f"{PATH}/{id_}", told)


async def remove(visit: Visit) -> Response:
    """Take a room away."""
    await rooms.remove(visit.house, visit.parameter("id"))
    return done(visit, PATH, "The room was removed.")


async def _form(
    visit: Visit, draft: Mapping[str, str], *, complaint: Complaint | None = None
) -> Response:
    keepers = rooms.keepers(visit.house)
    return show(
        visit,
        "room_form.html",
        complaint=complaint,
        draft=draft,
        providers=[(one.id, one.name) for one in keepers],
        fields=[(one.name, rooms.field_of(visit.house, one)) for one in keepers],
        services=[ALL, *await choices.services(visit.house)],
        languages=[*LANGUAGE_NAMES.items()],
    )


def _wish(form: Form) -> Wish:
    return Wish(
        provider_id=form.get("provider", ""),
        address=form.get("address", ""),
        name=form.get("name", ""),
        service_id=form.get("service") or None,
        language=form.get("language", ""),
    )


PAGES: Final = (
    Page("GET", PATH, list_rooms, "read"),
    Page("POST", PATH, create, "manage"),
    Page("GET", f"{PATH}/new", ask_for_new, "manage"),
    Page("GET", f"{PATH}/{{id}}", show_room, "read"),
    Page("POST", f"{PATH}/{{id}}/test", try_out, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", remove, "manage"),
)
