"""Who is on call now and next, and one's own shifts, as pages."""

import msgspec
import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.rota import DAY, WEEK, make_policy, make_rota
from tests.team import NOON
from tests.web.conftest import Browser, text_of
from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.people.user import User
from tocsin.kit.ids import new_id
from tocsin.store import tables


@pytest.fixture(autouse=True)
def channels(night: Night) -> None:
    """Let e-mail be carried."""
    night.house = msgspec.structs.replace(night.house, channels=frozenset({"email"}))


async def give_to_team(night: Night, name: str, policy: EscalationPolicy) -> str:
    team_id = new_id()
    await night.sql(sa.insert(tables.teams).values(id=team_id, name=name))
    owned = sa.update(tables.escalation_policies).values(team_ids=[team_id])
    await night.sql(owned.where(tables.escalation_policies.c.id == policy.id))
    return team_id


async def test_everybody_who_is_on_call_is_listed_with_who_comes_next(
    browser: Browser, night: Night
) -> None:
    ann, ben = night.team.ann, night.team.ben
    rota = await make_rota(night, "Primary", ann, ben)
    await make_policy(night, "Database", (rota,), (ben,))

    told = text_of(await browser.open("/oncall"))

    assert "Next hand-off: Tue 3 Mar 13:00, Primary , from Ann to Ben." in told
    assert "Database Level 1 A Ann Primary until Tue 3 Mar 13:00, then Ben Level 2 B Ben" in told
    assert "Web Level 1 A Ann Level 2 B Ben" in told
    assert "Times are in Europe/Vienna." in told


async def test_policies_stand_under_their_teams_and_the_rest_at_the_end(
    browser: Browser, night: Night
) -> None:
    policy = await make_policy(night, "Zebra", (night.team.ben,))
    team_id = await give_to_team(night, "Payments", policy)

    everything = text_of(await browser.open("/oncall"))
    theirs = text_of(await browser.open(f"/oncall?team={team_id}"))

    assert "Payments Zebra Level 1 B Ben No team Web Level 1" in everything
    assert "Payments Zebra Level 1 B Ben" in theirs
    assert "Web" not in theirs


async def test_i_come_first(browser: Browser, night: Night, carol: User) -> None:
    assert "You are not on call now." in text_of(await browser.open("/oncall"))
    rota = await make_rota(night, "Primary", carol, night.team.ann)
    await make_policy(night, "Database", (rota,), (carol,))
    await make_policy(night, "Network", (night.team.ann,), (carol,))

    told = text_of(await browser.open("/oncall"))

    assert "You are on call for Database until Tue 3 Mar 13:00." in told
    assert "Further up, you are also on call for 2 other levels. See all" in told
    assert "C Carol You" in told


async def test_whom_a_policy_names_is_told_that_there_is_no_end(
    browser: Browser, night: Night, carol: User
) -> None:
    await make_policy(night, "Database", (night.team.ann,), (carol,))

    told = text_of(await browser.open("/oncall"))

    assert "You are on call for Database (level 2)." in told
    assert "you are on call until that is changed." in told


async def test_where_nobody_is_on_call_it_is_said_who_gets_the_alerts(
    browser: Browser, night: Night
) -> None:
    rota = await make_rota(night, "Nights", night.team.ben, start=NOON + DAY)
    await make_policy(night, "Night", (rota,))

    told = text_of(await browser.open("/oncall?q=night"))

    assert "Night Nobody on call Level 1" in told
    assert "Nobody Nights until Tue 3 Mar 13:00, then Ben Alerts go to Ann." in told
    assert "from nobody to Ben." in told


async def test_whom_no_page_reaches_is_seen_before_the_night_comes(
    browser: Browser, night: Night, carol: User
) -> None:
    ben = night.team.ben
    rota = await make_rota(night, "Primary", carol, ben)
    policy = await make_policy(night, "Database", (rota,), (ben,))
    await night.take_away((await night.default_email(ben)).id)

    for page in ("/oncall?q=database", f"/escalation_policies/{policy.id}"):
        told = text_of(await browser.open(page))
        assert "then Ben Only mailed" in told
        assert told.count("Only mailed") == 2
        assert "Carol Only" not in told


async def test_an_empty_list_says_why_it_is_empty(browser: Browser, night: Night) -> None:
    assert "No policy is like that." in text_of(await browser.open("/oncall?q=zzz"))
    await night.sql(sa.delete(tables.services))
    await night.sql(sa.delete(tables.escalation_policies))

    assert "Nobody is on call yet." in text_of(await browser.open("/oncall"))


async def test_my_shifts_are_listed_day_by_day(browser: Browser, night: Night, carol: User) -> None:
    rota = await make_rota(night, "Primary", carol, night.team.ann, turn=WEEK)
    await make_rota(night, "Unused", carol, start=NOON + DAY, end=NOON + DAY * 1.25)
    await make_policy(night, "Database", (rota,))

    told = text_of(await browser.open("/oncall/me"))

    assert "Database 1 Primary Mon 9 Mar 13:00" in told
    assert "Now 13:00 \N{EN DASH} Mon 9 Mar 13:00 Primary" in told
    assert "Tue 3 Mar 13:00 \N{EN DASH} 19:00 Unused" in told
    assert "Mon 16 Mar 13:00 \N{EN DASH} Mon 23 Mar 13:00 Primary" in told
    assert "Unused calls you for nothing: no policy uses it." in told
    assert 'href="/calendars"' in (await browser.open("/oncall/me")).text


async def test_who_has_no_shift_is_told_where_shifts_come_from(browser: Browser) -> None:
    told = text_of(await browser.open("/oncall/me"))

    assert "You are not on call now." in told
    assert "No shift of yours begins in the next 30 days." in told
