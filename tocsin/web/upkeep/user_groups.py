"""User groups of chats: which follows whose schedule, and what came of it."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import RedirectResponse, Response

from tocsin.usecases.errors import Complaint
from tocsin.usecases.reaching import rooms, user_groups
from tocsin.usecases.reaching.user_groups import Wish
from tocsin.web.lists import address_of_part, cut, page_asked, part_of
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

PATH: Final = "/user_groups"
LISTED: Final = "/rooms"  # with the rooms of the same chats


async def lead_to_list(_visit: Visit) -> Response:
    """Lead to where groups are listed."""
    return RedirectResponse(LISTED)


async def ask_for_new(visit: Visit) -> Response:
    """Show an empty form."""
    return await _form(visit, visit.query)


async def create(visit: Visit) -> Response:
    """Let a group follow a schedule."""
    wish = Wish(
        provider_id=visit.form.get("provider", ""),
        schedule_id=visit.form.get("schedule", ""),
        address=visit.form.get("address", ""),
    )
    try:
        group = await user_groups.create(visit.house, wish, visit.now)
    except Complaint as complaint:
        return await _form(visit, visit.form, complaint=complaint)
    await user_groups.keep_in_step(visit.house, visit.now)
    return done(visit, f"{PATH}/{group.id}", "The group follows the schedule.")


async def show_group(visit: Visit) -> Response:
    """Show one group, and what the chat was told."""
    known = await user_groups.get(visit.house, visit.parameter("id"))
    page = page_asked(visit)
    log, _ = await rooms.deliveries_of(visit.house, known.group.id, part_of(page))
    shown, has_more = cut(log)
    return show(
        visit,
        "user_group.html",
        known=known,
        log=shown,
        page=page,
        has_more=has_more,
        address=lambda number: address_of_part(f"{PATH}/{known.group.id}", number),
    )


async def set_anew(visit: Visit) -> Response:
    """Tell the chat once more whom the group shall hold."""
    id_ = visit.parameter("id")
    await user_groups.set_anew(visit.house, id_, visit.now)
    return done(visit, f"{PATH}/{id_}", "The chat is told once more.")


async def remove(visit: Visit) -> Response:
    """Let a group follow nothing any more."""
    await user_groups.remove(visit.house, visit.parameter("id"))
    return done(visit, LISTED, "The group follows no schedule any more.")


async def _form(
    visit: Visit, draft: Mapping[str, str], *, complaint: Complaint | None = None
) -> Response:
    keepers = user_groups.keepers(visit.house)
    return show(
        visit,
        "user_group_form.html",
        complaint=complaint,
        draft=draft,
        providers=[(one.id, one.name) for one in keepers],
        fields=[(one.name, user_groups.field_of(visit.house, one)) for one in keepers],
        schedules=await user_groups.schedule_choices(visit.house),
    )


PAGES: Final = (
    Page("GET", PATH, lead_to_list, "read"),
    Page("POST", PATH, create, "manage"),
    Page("GET", f"{PATH}/new", ask_for_new, "manage"),
    Page("GET", f"{PATH}/{{id}}", show_group, "read"),
    Page("POST", f"{PATH}/{{id}}/set", set_anew, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", remove, "manage"),
)
