"""People: the list, one person's page, and the form of their profile."""

from collections.abc import Mapping
from datetime import time
from functools import partial
from typing import Any, Final

from msgspec import UNSET
from starlette.responses import Response

from tocsin.domain.people.user import QuietHours, User
from tocsin.domain.reaching.gathering import span_of
from tocsin.domain.reaching.phrases import LANGUAGE_NAMES
from tocsin.usecases.duty import own_duty as duty
from tocsin.usecases.errors import Complaint, Invalid
from tocsin.usecases.parts import Part
from tocsin.usecases.people import invitations, ties, users
from tocsin.usecases.people.users import Wish
from tocsin.usecases.response import incident_queries
from tocsin.usecases.response.incident_queries import WORST_FIRST, Asked
from tocsin.web.lists import address_of_part, cut, page_asked, part_of, team_options
from tocsin.web.notices import done
from tocsin.web.numbers import number_if_any
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.people import reach
from tocsin.web.roles import role_in
from tocsin.web.visit import Form, Visit

PATH: Final = "/users"
MOST_TEAMS: Final = 1000  # to choose from
HALF_QUIET: Final = "Quiet hours must have a beginning and an end."
HELD: Final = 10  # incidents that are shown of those that somebody holds
TURNS: Final = 4  # shifts that are shown


async def list_users(visit: Visit) -> Response:
    """Show people by name: all, or those who are sought."""
    sought, team_id = visit.query.get("q", "").strip(), visit.query.get("team", "")
    page = page_asked(visit)
    part = part_of(page, counted=True)
    team_ids = (team_id,) if team_id else ()
    found, total = await users.find(visit.house, sought or None, part, team_ids=team_ids)
    shown, has_more = cut(found)
    ids = [known.user.id for known in shown]
    return show(
        visit,
        "users.html",
        found=shown,
        total=total,
        standings=await invitations.standings(visit.house, ids, visit.now),
        teams=await team_options(visit, "All teams"),
        ways=reach.ways,
        trouble=partial(reach.trouble, channels=visit.house.ways),
        name=sought,
        team_id=team_id,
        page=page,
        has_more=has_more,
        address=lambda page: address_of_part(PATH, page, q=sought, team=team_id),
    )


async def show_user(visit: Visit) -> Response:
    """Show one person."""
    return await show_person(visit)


async def show_person(visit: Visit, **values: Any) -> Response:
    """Show the person whom the address names; ``values`` may hold a complaint and its draft."""
    house, now, user_id = visit.house, visit.now, visit.parameter("id")
    known = await users.get(house, user_id)
    held, _ = await incident_queries.find(
        house, Asked(user_ids=(user_id,), sorting=WORST_FIRST), Part(limit=HELD + 1)
    )
    turns = await duty.turns_of(house, user_id, now)
    return show(
        visit,
        "user.html",
        **{"draft": Form()} | values,
        person=known.user,
        known=known,
        standing=(await invitations.standings(house, [user_id], now))[user_id],
        plans=reach.plans(known),
        trouble=reach.trouble(known, house.ways),
        in_a_storm=reach.in_a_storm(span_of(known.user, house.account)),
        channels=house.ways,
        on_call=await duty.duty_of(house, user_id, now),
        turns=[turn for turn in turns if turn.start > now][:TURNS],
        held=held[:HELD],
        holds_more=len(held) > HELD,
    )


async def edit_user(visit: Visit) -> Response:
    """Show the form of a person's profile."""
    user_id = visit.owner()
    user = (await users.get(visit.house, user_id)).user
    return _show_form(visit, user, _draft(user))


async def change_user(visit: Visit) -> Response:
    """Let a profile say what was filled in."""
    user_id = visit.owner()
    user = (await users.get(visit.house, user_id)).user
    try:
        await users.change(visit.house, user_id, _wish(visit), visit.by, visit.now)
    except Complaint as complaint:
        return _show_form(visit, user, visit.form, complaint)
    whose = "Your" if user_id == visit.user.id else "The"
    return done(visit, f"{PATH}/{user_id}", f"{whose} profile was changed.")


async def ask_to_delete(visit: Visit) -> Response:
    """Ask whether somebody shall be deleted, or say what stands in the way."""
    return await _ask_to_delete(visit)


async def delete_user(visit: Visit) -> Response:
    """Take somebody away whom nothing needs."""
    user = (await users.get(visit.house, visit.parameter("id"))).user
    try:
        await users.remove(visit.house, user.id, visit.by, visit.now)
    except Complaint as complaint:
        return await _ask_to_delete(visit, complaint)
    return done(visit, PATH, f"{user.name} was deleted.")


async def _ask_to_delete(visit: Visit, complaint: Complaint | None = None) -> Response:
    user = (await users.get(visit.house, visit.parameter("id"))).user
    return show(
        visit,
        "user_delete.html",
        person=user,
        ties=await ties.of_user(visit.house, user.id, visit.now),
        complaint=complaint,
    )


def _show_form(
    visit: Visit, user: User, draft: Mapping[str, str], complaint: Complaint | None = None
) -> Response:
    return show(
        visit,
        "user_form.html",
        person=user,
        draft=draft,
        languages=LANGUAGE_NAMES,
        usual_language=LANGUAGE_NAMES[visit.house.account.language],
        usual_digest=visit.house.account.digest_seconds,
        complaint=complaint,
    )


def _draft(user: User) -> dict[str, str]:
    return {
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "time_zone": user.time_zone or "",
        "language": user.language or "",
        "awake_check_minutes": str(user.awake_check_minutes or ""),
        "digest_seconds": "" if user.digest_seconds is None else str(user.digest_seconds),
        "quiet_start": _clock(user.quiet_hours.start) if user.quiet_hours else "",
        "quiet_end": _clock(user.quiet_hours.end) if user.quiet_hours else "",
        "job_title": user.job_title or "",
        "description": user.description or "",
    }


def _wish(visit: Visit) -> Wish:
    """Read the form; a role counts only if it comes from somebody who may give one."""
    form = visit.form
    return Wish(
        name=form.get("name", ""),
        email=form.get("email", ""),
        role=role_in(form) if visit.may("administer") else UNSET,
        time_zone=form.get("time_zone", "").strip() or None,
        language=form.get("language", "").strip() or None,
        awake_check_minutes=number_if_any(form.get("awake_check_minutes", "")),
        digest_seconds=number_if_any(form.get("digest_seconds", "")),
        quiet_hours=_quiet(form.get("quiet_start", ""), form.get("quiet_end", "")),
        job_title=form.get("job_title", "").strip() or None,
        description=form.get("description", "").strip() or None,
    )


def _quiet(start: str, end: str) -> QuietHours | None:
    """Read hours of quiet, if there are any. Raises Invalid where an end is missing."""
    if not start.strip() and not end.strip():
        return None
    try:
        begin, finish = (time.fromisoformat(text) for text in (start, end))
    except ValueError:
        raise Invalid(HALF_QUIET) from None
    return QuietHours(begin.hour * 60 + begin.minute, finish.hour * 60 + finish.minute)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


PAGES: Final = (
    Page("GET", PATH, list_users, "read"),
    Page("GET", f"{PATH}/{{id}}", show_user, "read"),
    Page("POST", f"{PATH}/{{id}}", change_user, "read"),
    Page("GET", f"{PATH}/{{id}}/edit", edit_user, "read"),
    Page("GET", f"{PATH}/{{id}}/delete", ask_to_delete, "administer"),
    Page("POST", f"{PATH}/{{id}}/delete", delete_user, "administer"),
)
