"""The form of an escalation policy, new or not: its ladder is drawn again with each button."""

from typing import Final

from starlette.responses import Response

from tocsin.usecases.duty import escalation_policies, ladders
from tocsin.usecases.duty.escalation_policies import MOST_LOOPS
from tocsin.usecases.errors import Arguments, Complaint, Invalid
from tocsin.web.duty.policy_draft import Draft, draft_of, in_our_words, press, read_draft, wish_of
from tocsin.web.lists import team_options
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

PATH: Final = "/escalation_policies"

_LOOPS: Final = (
    ("0", "Stop after the last level"),
    ("1", "Begin again once"),
    *((str(number), f"Begin again {number} times") for number in range(2, MOST_LOOPS + 1)),
)


async def new_policy(visit: Visit) -> Response:
    """Show the form of a policy that is not there yet."""
    return await _show(visit, Draft(team_id=visit.query.get("team", "")))


async def redraw_new(visit: Visit) -> Response:
    """Show it again after one of its buttons."""
    return await _show(visit, _pressed(visit))


async def create_policy(visit: Visit) -> Response:
    """Make a policy of what was filled in."""
    draft = read_draft(visit.form)
    try:
        known = await escalation_policies.create(visit.house, wish_of(draft))
    except (Invalid, Arguments) as complaint:
        return await _show(visit, draft, complaint=in_our_words(complaint))
    return done(visit, f"{PATH}/{known.policy.id}", "The escalation policy was added.")


async def edit_policy(visit: Visit) -> Response:
    """Show the form of a policy as it is."""
    known = await escalation_policies.get(visit.house, visit.parameter("id"))
    return await _show(visit, draft_of(known.policy), known.policy.id)


async def redraw_policy(visit: Visit) -> Response:
    """Show it again after one of its buttons; the policy stays as it is."""
    known = await escalation_policies.get(visit.house, visit.parameter("id"))
    return await _show(visit, _pressed(visit), known.policy.id)


async def change_policy(visit: Visit) -> Response:
    """Let a policy be what was filled in."""
    policy_id, draft = visit.parameter("id"), read_draft(visit.form)
    try:
        await escalation_policies.change(visit.house, policy_id, wish_of(draft))
    except (Invalid, Arguments) as complaint:
        return await _show(visit, draft, policy_id, complaint=in_our_words(complaint))
    return done(visit, f"{PATH}/{policy_id}", "The escalation policy was changed.")


async def delete_policy(visit: Visit) -> Response:
    """Take a policy away, or say why that cannot be."""
    policy_id = visit.parameter("id")
    try:
        await escalation_policies.remove(visit.house, policy_id)
    except Invalid as complaint:
        known = await escalation_policies.get(visit.house, policy_id)
        return await _show(visit, draft_of(known.policy), policy_id, complaint=complaint)
    return done(visit, PATH, "The escalation policy was deleted.")


async def _show(
    visit: Visit, draft: Draft, policy_id: str | None = None, *, complaint: Complaint | None = None
) -> Response:
    choices = await ladders.choices(visit.house, visit.now)
    return show(
        visit,
        "policy_form.html",
        complaint=complaint,
        draft=draft,
        path=f"{PATH}/{policy_id}" if policy_id else PATH,
        redraw_path=f"{PATH}/{policy_id}/edit" if policy_id else f"{PATH}/new",
        is_new=policy_id is None,
        choices=choices,
        names=_names(choices),
        holders={schedule.id: holder for schedule, holder in choices.schedules},
        teams=await team_options(visit, "No team"),
        loops=_LOOPS,
    )


def _pressed(visit: Visit) -> Draft:
    return press(read_draft(visit.form), visit.form.get("do", ""))


def _names(choices: ladders.Choices) -> dict[tuple[str, str], str]:
    """Say what targets are called, by their kind and id."""
    people = {("user", user.id): user.name for user in choices.users}
    return people | {("schedule", schedule.id): schedule.name for schedule, _ in choices.schedules}


PAGES: Final = (
    Page("GET", f"{PATH}/new", new_policy, "manage"),
    Page("POST", f"{PATH}/new", redraw_new, "manage"),
    Page("POST", PATH, create_policy, "manage"),
    Page("GET", f"{PATH}/{{id}}/edit", edit_policy, "manage"),
    Page("POST", f"{PATH}/{{id}}/edit", redraw_policy, "manage"),
    Page("POST", f"{PATH}/{{id}}", change_policy, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", delete_policy, "manage"),
)
