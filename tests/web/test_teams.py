"""The pages of teams: what they answer for, who joins, and who leaves."""

import httpx
import pytest

from tests.night import Night
from tests.team import NOON
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.duty.schedule import Layer
from tocsin.domain.people.team import Team
from tocsin.domain.people.user import Role, User
from tocsin.usecases.duty import schedules
from tocsin.usecases.parts import Part
from tocsin.usecases.people import belongings, teams

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'


@pytest.fixture
async def team(night: Night) -> Team:
    """Give a team that Ann is on."""
    team = await teams.create(night.house, teams.Wish(name="Payments"), NOON)
    await teams.put_member(night.house, team.id, night.team.ann.id)
    return team


async def _follow(browser: Browser, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return text_of(await browser.open(answer.headers["location"]))


async def _members(night: Night, team: Team) -> dict[str, str]:
    return {one.user.name: one.role for one in await teams.members(night.house, team.id)}


async def test_without_a_team_the_list_says_what_one_is(browser: Browser) -> None:
    assert "There is no team yet." in text_of(await browser.open("/teams"))


async def test_the_list_tells_how_much_each_team_answers_for(
    browser: Browser, night: Night, team: Team
) -> None:
    await belongings.put_policy(night.house, team.id, night.team.policy.id)
    await teams.create(night.house, teams.Wish(name="Search", default_role="none"), NOON)

    text = text_of(await browser.open("/teams"))

    assert "Payments 1 1 1 0" in text
    assert "Search Private 0 0 0 0" in text


async def test_teams_are_found_by_a_part_of_their_name(browser: Browser, team: Team) -> None:
    assert "Payments" in text_of(await browser.open("/teams?q=pay"))
    assert "No team is like that." in text_of(await browser.open("/teams?q=zzz"))


async def test_a_team_shows_its_people_and_what_it_answers_for(
    browser: Browser, night: Night, team: Team
) -> None:
    await belongings.put_policy(night.house, team.id, night.team.policy.id)
    await night.trigger("Disk full")

    text = text_of(await browser.open(f"/teams/{team.id}"))

    for said in ("Ann 13:00 in Europe/Vienna", "Manager", "Web", "Checkout", "Disk full"):
        assert said in text
    assert "The team can be deleted once no policy and no schedule belongs to it." in text


@pytest.mark.parametrize(("joins", "members"), [("yes", {"Carol": "manager"}), ("", {})])
async def test_a_team_is_made_and_its_maker_is_on_it_if_they_like(
    browser: Browser, night: Night, joins: str, members: dict[str, str]
) -> None:
    page = await browser.open("/teams/new")
    fields = {"name": "Search", "description": "Finds things."} | ({"join": joins} if joins else {})
    text = await _follow(browser, await browser.send(page, "/teams", **fields))

    assert "The team was added." in text
    assert "Finds things." in text
    [team], _ = await teams.find(night.house, None, Part(limit=2))
    assert await _members(night, team) == members


async def test_a_team_is_changed(browser: Browser, team: Team) -> None:
    page = await browser.open(f"/teams/{team.id}/edit")
    fields = {"name": "Billing", "description": "Money", "is_private": "yes"}
    text = await _follow(browser, await browser.send(page, f"/teams/{team.id}", **fields))

    for said in ("The team was changed.", "Billing", "Money", "Private"):
        assert said in text


@pytest.mark.parametrize("path", ["/teams", "/teams/{id}"])
async def test_a_fault_stands_beside_its_field(
    browser: Browser, night: Night, team: Team, path: str
) -> None:
    await teams.create(night.house, teams.Wish(name="Search"), NOON)
    page = await browser.open("/teams/new")
    answer = await browser.send(page, path.format(id=team.id), name="SEARCH")

    assert answer.status_code == 400
    assert '<span class="fault" id="name-fault">Name has already been taken</span>' in answer.text


async def test_people_join_change_their_role_leave_and_come_back(
    browser: Browser, night: Night, team: Team
) -> None:
    page, ben = await browser.open(f"/teams/{team.id}"), night.team.ben
    path = f"/teams/{team.id}/members"

    text = await _follow(browser, await browser.send(page, path, user=ben.id, role="observer"))
    assert "Ben is on the team as observer." in text
    await browser.send(page, path, user=ben.id, role="manager")
    assert await _members(night, team) == {"Ann": "manager", "Ben": "manager"}

    answer = await browser.send(page, f"{path}/{ben.id}/remove")
    shown = await browser.open(answer.headers["location"])
    assert "Ben left the team." in text_of(shown)
    assert await _members(night, team) == {"Ann": "manager"}
    assert f'<input type="hidden" name="user" value="{ben.id}">' in shown.text
    assert '<input type="hidden" name="role" value="manager">' in shown.text


async def test_somebody_must_be_chosen(browser: Browser, team: Team) -> None:
    page = await browser.open(f"/teams/{team.id}")
    answer = await browser.send(page, f"/teams/{team.id}/members", user="", role="manager")

    assert answer.status_code == 400
    assert "Person must be chosen." in text_of(answer)


async def test_whoever_a_policy_of_the_team_pages_cannot_leave(
    browser: Browser, night: Night, team: Team
) -> None:
    await belongings.put_policy(night.house, team.id, night.team.policy.id)
    page = await browser.open(f"/teams/{team.id}")
    path = f"/teams/{team.id}/members/{night.team.ann.id}/remove"
    answer = await browser.send(page, path)

    assert answer.status_code == 400
    assert "They cannot leave while a policy of this team pages them by name." in text_of(answer)
    assert await _members(night, team) == {"Ann": "manager"}


async def test_stakeholders_are_not_among_those_who_can_join(
    browser: Browser, resident: Resident, team: Team
) -> None:
    await resident("Stella", role="read_only_user")

    page = await browser.open(f"/teams/{team.id}")

    assert "Ben</option>" in page.text
    assert "Stella</option>" not in page.text


async def test_policies_and_schedules_come_under_a_team_leave_it_and_come_back(
    browser: Browser, night: Night, team: Team
) -> None:
    schedule = await _schedule(night)
    for path, id_, name in (
        ("escalation_policies", night.team.policy.id, "Web"),
        ("schedules", schedule, "Nights"),
    ):
        page = await browser.open(f"/teams/{team.id}")
        assert f'<option value="{id_}">{name}</option>' in page.text

        here = f"/teams/{team.id}/{path}"
        text = await _follow(browser, await browser.send(page, here, chosen=id_))
        assert f"{name} belongs to the team." in text

        answer = await browser.send(page, f"{here}/{id_}/remove")
        shown = await browser.open(answer.headers["location"])
        assert f"{name} belongs to the team no longer." in text_of(shown)
        assert f'<input type="hidden" name="chosen" value="{id_}">' in shown.text
        assert (await browser.send(page, f"{here}/{id_}/remove")).status_code == 404


async def _schedule(night: Night) -> str:
    ben = night.team.ben.id
    layer = Layer(
        id="",
        name="",
        start=NOON,
        rotation_virtual_start=NOON,
        turn_seconds=86_400,
        user_ids=(ben,),
    )
    wish = schedules.Wish(name="Nights", time_zone="Europe/Vienna", layers=(layer,))
    return (await schedules.create(night.house, wish)).schedule.id


async def test_something_must_be_chosen(browser: Browser, team: Team) -> None:
    page = await browser.open(f"/teams/{team.id}")

    for path, told in (("escalation_policies", "Policy"), ("schedules", "Schedule")):
        for chosen in ("", "PNOTHING"):
            answer = await browser.send(page, f"/teams/{team.id}/{path}", chosen=chosen)
            assert answer.status_code == 400
            assert told in text_of(answer) or "not found" in text_of(answer)


async def test_a_team_is_deleted_when_nothing_needs_it(
    browser: Browser, night: Night, team: Team
) -> None:
    page = await browser.open(f"/teams/{team.id}")
    await belongings.put_policy(night.house, team.id, night.team.policy.id)
    refused = await browser.send(page, f"/teams/{team.id}/delete")
    await belongings.remove_policy(night.house, team.id, night.team.policy.id)
    answer = await browser.send(page, f"/teams/{team.id}/delete")

    assert refused.status_code == 400
    assert "Team cannot be deleted while escalation policies belong to it" in text_of(refused)
    assert "The team was deleted." in await _follow(browser, answer)
    assert (await browser.open(f"/teams/{team.id}")).status_code == 404


@pytest.mark.parametrize("role", ["observer", "limited_user"])
async def test_who_may_only_look_or_answer_sees_no_buttons_and_changes_nothing(
    visitor: Visitor, resident: Resident, night: Night, team: Team, role: Role
) -> None:
    browser = await visitor(await resident("Pat", role=role))
    page = await browser.open(f"/teams/{team.id}")

    for button in ("Edit", "Delete", "Add to the team", "Remove"):
        assert f">{button}<" not in page.text
    assert "New team" not in (await browser.open("/teams")).text
    for path in ("", f"/{team.id}", f"/{team.id}/members", f"/{team.id}/delete"):
        answer = await browser.send(page, f"/teams{path}", name="Mine", user=night.team.ben.id)
        assert answer.status_code == 403
    assert await _members(night, team) == {"Ann": "manager"}


async def test_names_of_teams_are_text(browser: Browser, night: Night, carol: User) -> None:
    wish = teams.Wish(name=HOSTILE, description=HOSTILE)
    team = await teams.create(night.house, wish, NOON)
    await teams.put_member(night.house, team.id, carol.id)

    for path in ("/teams", f"/teams/{team.id}", f"/teams/{team.id}/edit", "/users"):
        page = await browser.open(path)
        assert "<script>alert" not in page.text
        assert "{{ 7*7 }}" in page.text
