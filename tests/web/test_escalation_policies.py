"""Escalation policies as pages: seen, added, changed, taken away."""

from typing import Any

import httpx
import msgspec
import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.rota import DAY, make_policy, make_rota
from tests.team import NOON, person
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tests.web.filled import fields_of
from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.kit.ids import new_id
from tocsin.store import tables
from tocsin.usecases.duty import escalation_policies
from tocsin.usecases.parts import Part

PATH = "/escalation_policies"


@pytest.fixture(autouse=True)
def channels(night: Night) -> None:
    """Let e-mail be carried."""
    night.house = msgspec.structs.replace(night.house, channels=frozenset({"email"}))


async def policies(night: Night) -> list[EscalationPolicy]:
    asked = escalation_policies.Filter()
    found, _ = await escalation_policies.find(night.house, asked, Part(limit=100))
    return [known.policy for known in found]


async def fill_in(
    browser: Browser, path: str, to: str, **changes: Any
) -> tuple[httpx.Response, httpx.Response]:
    """Open a form, change some fields, send it somewhere, and follow where it leads."""
    page = await browser.open(path)
    answer = await browser.http.post(to, data=fields_of(page, "draft") | changes)
    after = await browser.open(answer.headers["location"]) if answer.is_redirect else answer
    return answer, after


async def test_the_list_tells_whom_each_policy_calls_first_and_what_uses_it(
    browser: Browser, night: Night
) -> None:
    rota = await make_rota(night, "Nights", night.team.ben, start=NOON + DAY)
    await make_policy(night, "Empty", (rota,), num_loops=2)

    told = text_of(await browser.open(PATH))

    assert "Empty Ann Last resort: nobody on call 1, repeated 2 \u00d7 None None" in told
    assert "Web Ann 2 Checkout None" in told


async def test_the_list_is_narrowed_by_name_and_team(browser: Browser, night: Night) -> None:
    team_id = new_id()
    await night.sql(sa.insert(tables.teams).values(id=team_id, name="Payments"))
    mine = await make_policy(night, "Card payments", (night.team.ann,))
    owned = sa.update(tables.escalation_policies).values(team_ids=[team_id])
    await night.sql(owned.where(tables.escalation_policies.c.id == mine.id))

    by_team = text_of(await browser.open(f"{PATH}?team={team_id}"))
    by_name = text_of(await browser.open(f"{PATH}?q=WEB"))

    assert "Card payments" in by_team
    assert "Web" not in by_team
    assert "Web" in by_name
    assert "Card payments" not in by_name
    assert "No policy is like that." in text_of(await browser.open(f"{PATH}?q=zzz"))


async def test_a_long_list_has_pages(browser: Browser, night: Night) -> None:
    for number in range(30):
        await make_policy(night, f"P{number:02}", (night.team.ann,))

    first, second = await browser.open(f"{PATH}?q=P"), await browser.open(f"{PATH}?q=P&page=2")

    assert "?q=P&amp;page=2" in first.text
    assert "P24" in text_of(first)
    assert "P25" in text_of(second)


async def test_a_policy_is_a_ladder_with_who_stands_on_it_and_who_comes_next(
    browser: Browser, night: Night
) -> None:
    ann, ben = night.team.ann, night.team.ben
    rota = await make_rota(night, "Primary", ann, ben)
    policy = await make_policy(night, "Database", (rota,), (ben,), num_loops=2)

    told = text_of(await browser.open(f"{PATH}/{policy.id}"))

    assert "Level 1 A Ann Primary until Tue 3 Mar 13:00, then Ben 5 min without an answer" in told
    assert "Level 2 B Ben 5 min without an answer" in told
    assert "Again from level 1, twice. Then nobody else is called." in told
    assert "Where no level has anybody, alerts go to Ann." in told
    assert "13:00 Ann , at once Level 1 13:05 Ben Level 2" in told
    assert "13:10 The same again 2 times, the last from 13:20" in told
    assert "13:30 Nobody else." in told
    assert "Services that use it None." in told


async def test_repetitions_that_call_others_name_them(browser: Browser, night: Night) -> None:
    ann, ben = night.team.ann, night.team.ben
    rota = await make_rota(night, "Primary", ann, ben)
    policy = await make_policy(night, "Database", (rota,), num_loops=1, delay_minutes=1440)

    told = text_of(await browser.open(f"{PATH}/{policy.id}"))

    assert "Tue 3 Mar 13:00 Again: Ben" in told


async def test_times_at_which_nobody_is_on_call_stand_in_plain_sight(
    browser: Browser, night: Night
) -> None:
    ben = night.team.ben
    rota = await make_rota(night, "Nights", ben, start=NOON + DAY, end=NOON + 2 * DAY)
    policy = await make_policy(night, "Night", (rota,))

    told = text_of(await browser.open(f"{PATH}/{policy.id}"))

    assert "At times nobody is on call for this policy. Alerts then go to Ann." in told
    assert "Now until Tue 3 Mar 13:00 From Wed 4 Mar 13:00 on" in told
    assert "Level 1 Nobody now" in told
    assert "then Ben 5 min without an answer Nobody else is called." in told
    assert "Nobody Nights until Tue 3 Mar 13:00, then Ben" in told
    assert "Ann , at once Last resort: no level has anybody" in told


async def test_a_level_without_anybody_is_passed_at_once(browser: Browser, night: Night) -> None:
    rota = await make_rota(night, "Nights", night.team.ben, start=NOON + DAY)
    policy = await make_policy(night, "Night", (rota,), (night.team.ann,))

    told = text_of(await browser.open(f"{PATH}/{policy.id}"))

    assert "then Ben Passed at once 2 Level 2" in told
    assert "At times nobody" not in told


async def test_a_round_robin_marks_whose_turn_it_is(browser: Browser, night: Night) -> None:
    ann, ben = night.team.ann, night.team.ben
    policy = await make_policy(night, "Round", (ann, ben), strategy="round_robin")

    told = text_of(await browser.open(f"{PATH}/{policy.id}"))

    assert "Round robin: one of them, in turn A Ann Next in turn B Ben" in told


async def test_a_policy_is_added_level_by_level_without_script(
    browser: Browser, night: Night
) -> None:
    ann, ben = night.team.ann, night.team.ben
    new = f"{PATH}/new"
    page = await browser.open(new)
    first = {"name": "Network", "add-0": f"user:{ann.id}", "delay-0": "7", "do": "add-level"}
    page = await browser.http.post(new, data=fields_of(page, "draft") | first)
    second = {"add-1": f"user:{ben.id}", "strategy-1": "round_robin", "loops": "3"}
    answer = await browser.http.post(PATH, data=fields_of(page, "draft") | second)

    [made] = [policy for policy in await policies(night) if policy.name == "Network"]
    assert answer.headers["location"] == f"{PATH}/{made.id}"
    assert made.num_loops == 3
    assert [(rule.delay_minutes, rule.strategy, rule.targets[0].id) for rule in made.rules] == [
        (7, "assign_to_everyone", ann.id),
        (30, "round_robin", ben.id),
    ]
    assert "was added." in text_of(await browser.open(answer.headers["location"]))


async def test_buttons_change_the_form_and_not_the_policy(browser: Browser, night: Night) -> None:
    policy = night.team.policy
    edit = f"{PATH}/{policy.id}/edit"

    _, page = await fill_in(browser, edit, edit, do="down-0", description="As it will be")

    fields = fields_of(page, "draft")
    assert page.status_code == 200
    assert fields["target-0"] == [f"user:{night.team.ben.id}"]
    assert fields["id-0"] == [policy.rules[1].id]
    assert fields["description"] == ["As it will be"]
    assert 'id="level-1" tabindex="-1" autofocus' in page.text
    assert policy in await policies(night)


async def test_a_policy_is_changed_and_its_levels_keep_their_ids(
    browser: Browser, night: Night
) -> None:
    policy = night.team.policy
    path = f"{PATH}/{policy.id}"

    answer, page = await fill_in(
        browser, f"{path}/edit", path, name=" Web people ", description="a\r\nb", loops="1"
    )

    assert answer.headers["location"] == path
    assert "The escalation policy was changed." in text_of(page)
    [after] = await policies(night)
    assert (after.name, after.description, after.num_loops) == ("Web people", "a\nb", 1)
    assert after.rules == policy.rules


async def test_each_fault_stands_beside_its_field_and_nothing_is_lost(
    browser: Browser, night: Night
) -> None:
    path = f"{PATH}/{night.team.policy.id}"
    faulty = {"name": "", "delay-1": "soon", "target-0": [], "description": "kept"}

    answer, page = await fill_in(browser, f"{path}/edit", path, **faulty)

    assert answer.status_code == 400
    told = text_of(page)
    assert told.count("Name cannot be blank.") == 2
    assert told.count("Level 1 must have 1 to 10 targets.") == 2
    assert told.count("Level 2 must have a delay of 1 to 525600 minutes.") == 2
    assert fields_of(page, "draft")["description"] == ["kept"]
    assert night.team.policy in await policies(night)


async def test_a_name_that_is_taken_is_told(browser: Browser, night: Night) -> None:
    other = await make_policy(night, "Other", (night.team.ann,))
    path = f"{PATH}/{other.id}"

    _, page = await fill_in(browser, f"{path}/edit", path, name="web")

    assert "Name has already been taken" in text_of(page)


async def test_a_policy_that_services_use_is_kept_and_the_refusal_names_them(
    browser: Browser, night: Night
) -> None:
    path = f"{PATH}/{night.team.policy.id}"
    page = await browser.open(f"{path}/edit")

    answer = await browser.send(page, f"{path}/delete")

    assert answer.status_code == 400
    assert "can't be deleted while services use it: Checkout." in text_of(answer)
    assert night.team.policy in await policies(night)


async def test_a_policy_that_nothing_uses_is_deleted(browser: Browser, night: Night) -> None:
    other = await make_policy(night, "Other", (night.team.ann,))
    page = await browser.open(f"{PATH}/{other.id}/edit")

    answer = await browser.send(page, f"{PATH}/{other.id}/delete")

    assert answer.headers["location"] == PATH
    assert "The escalation policy was deleted." in text_of(await browser.open(PATH))
    assert other not in await policies(night)


@pytest.mark.parametrize("role", ["observer", "limited_user"])
async def test_who_may_not_manage_sees_no_button_and_is_refused(
    night: Night, resident: Resident, visitor: Visitor, role: str
) -> None:
    browser = await visitor(await resident("Olga", role=role))
    path = f"{PATH}/{night.team.policy.id}"
    page, listed = await browser.open(path), await browser.open(PATH)

    assert f"{path}/edit" not in page.text
    assert f"{PATH}/new" not in listed.text
    assert (await browser.open(f"{path}/edit")).status_code == 403
    for address in (PATH, f"{PATH}/new", path, f"{path}/edit", f"{path}/delete"):
        assert (await browser.send(page, address, name="x")).status_code == 403
    assert night.team.policy in await policies(night)


async def test_foreign_names_are_shown_as_text(browser: Browser, night: Night) -> None:
    async with night.database.begin() as tx:
        mallory = await person(tx, "<script>alert(1)</script>")
    rota = await make_rota(night, "<script>alert(2)</script>", mallory)
    policy = await make_policy(night, "<script>alert(3)</script>", (rota,), (mallory,))

    for path in (PATH, f"{PATH}/{policy.id}", f"{PATH}/{policy.id}/edit", "/oncall"):
        page = await browser.open(path)
        assert "<script>alert" not in page.text
        assert "alert(3)" in page.text


async def test_a_policy_that_is_gone_is_not_found(browser: Browser) -> None:
    assert (await browser.open(f"{PATH}/PGONE")).status_code == 404
    assert (await browser.open(f"{PATH}/PGONE/edit")).status_code == 404
