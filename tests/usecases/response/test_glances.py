"""The list of incidents: what is found, what comes first, and what is said of what is to come."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.team import MINUTE, NOON
from tocsin.domain.response.outlook import Call
from tocsin.store import tables
from tocsin.usecases.response import choices, glances
from tocsin.usecases.response.glances import Glance, Wanted, glance
from tocsin.usecases.response.incidents import Change, by_hand, change


async def _glance(night: Night, limit: int = 50, offset: int = 0, **wanted: Any) -> Glance:
    asked = Wanted(me=night.team.ben.id, **wanted)
    return await glance(night.house, asked, night.now, limit=limit, offset=offset)


async def _titles(night: Night, **wanted: Any) -> list[str]:
    return [incident.title for incident in (await _glance(night, **wanted)).incidents]


async def _change(night: Night, title: str, **given: Any) -> None:
    [incident] = [found for found in await night.incidents() if found.title == title]
    wanted = Change(incident_id=incident.id, **given)
    await change(night.house, [wanted], by_hand(night.team.ann), night.now)


async def _one_of_each(night: Night) -> None:
    """Let five begin, a minute apart: quiet, known, quiet and known, over, new."""
    for title in ("quiet", "known", "quiet and known", "over", "new"):
        await night.trigger(title)
        night.passes(minutes=1)
    for title in ("quiet", "quiet and known"):
        await _change(night, title, urgency="low")
    for title in ("known", "quiet and known"):
        await _change(night, title, status="acknowledged")
    await _change(night, "over", status="resolved")


ORDERS = [
    ({}, ["new", "quiet", "known", "quiet and known"]),
    ({"sorting": "newest"}, ["new", "quiet and known", "known", "quiet"]),
    ({"sorting": "oldest"}, ["quiet", "known", "quiet and known", "new"]),
    ({"shown": "all"}, ["new", "quiet", "known", "quiet and known", "over"]),
    ({"shown": "all", "sorting": "oldest", "limit": 1}, ["quiet"]),
    ({"shown": "all", "limit": 2, "offset": 1}, ["quiet", "known"]),
    ({"shown": "acknowledged"}, ["known", "quiet and known"]),
    ({"shown": "resolved"}, ["over"]),
    ({"urgency": "low"}, ["quiet", "quiet and known"]),
    ({"shown": "all", "words": ("KNO", "quiet")}, ["quiet and known"]),
    ({"shown": "all", "words": ("100%",)}, []),
    ({"since": NOON + 4 * MINUTE}, ["new"]),
    ({"until": NOON + MINUTE}, ["quiet"]),
    ({"service_id": "PNONE"}, []),
]


@pytest.mark.parametrize(("wanted", "titles"), ORDERS)
async def test_what_is_wanted_is_found_in_its_order(
    night: Night, wanted: dict[str, Any], titles: list[str]
) -> None:
    await _one_of_each(night)

    assert await _titles(night, **wanted) == titles


async def test_a_part_says_whether_there_is_more_and_how_many_are_open(night: Night) -> None:
    await _one_of_each(night)
    found = await _glance(night, shown="resolved", urgency="high")

    assert (await _glance(night, limit=2)).has_more
    assert not found.has_more
    assert found.counts == {"triggered": 1, "acknowledged": 1}


async def test_mine_is_what_i_have_and_my_teams_is_what_they_answer_for(night: Night) -> None:
    await night.trigger("ours")
    keys = await night.crowd(1)
    await night.trigger("theirs", key=keys["P0"])
    assert await _titles(night, whose="teams") == []

    await night.sql(sa.insert(tables.teams).values(id="PTEAM", name="Web"))
    await night.sql(
        sa.insert(tables.team_members).values(team_id="PTEAM", user_id=night.team.ben.id)
    )
    policies = tables.escalation_policies
    await night.sql(
        sa.update(policies).where(policies.c.id == night.team.policy.id).values(team_ids=["PTEAM"])
    )
    await _change(night, "theirs", assignees=(night.team.ben.id,))

    assert await _titles(night, whose="mine") == ["theirs"]
    assert await _titles(night, whose="teams") == ["ours"]
    assert await _titles(night, user_id=night.team.ann.id) == ["ours"]


async def test_a_search_says_how_far_back_it_read(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _one_of_each(night)
    monkeypatch.setattr(glances, "LOOKED_THROUGH", 3)
    found = await _glance(night, shown="all", words=("quiet",))

    assert [incident.title for incident in found.incidents] == ["quiet and known"]
    assert found.searched_since == NOON + 2 * MINUTE


async def test_each_row_tells_who_is_called_next_when_and_by_what(night: Night) -> None:
    await night.give(night.team.ann, "sms", "5550100", minutes=3)
    await night.give(night.team.ben, "sms", "5550101", minutes=0)
    [incident] = await night.trigger("disk")
    ann, ben = night.team.ann.id, night.team.ben.id

    outlook = (await _glance(night)).ahead[incident.id]
    assert outlook.first == [Call(at=NOON + 3 * MINUTE, user_id=ann, kinds=("sms",))]

    night.passes(minutes=4)
    (next_call,) = (await _glance(night)).ahead[incident.id].first
    assert (next_call.at, next_call.user_id) == (NOON + 5 * MINUTE, ben)
    assert set(next_call.kinds) == {"email", "sms"}


async def test_whoever_was_deleted_is_told_nothing(night: Night) -> None:
    [incident] = await night.trigger("disk")
    await night.sql(sa.delete(tables.users).where(tables.users.c.id == night.team.ann.id))
    await night.sql(sa.update(tables.config_version).values(version=99))

    outlook = (await _glance(night)).ahead[incident.id]
    assert {call.user_id for call in outlook.calls} == {night.team.ben.id}


async def test_people_on_call_for_an_incident_are_offered_first(night: Night) -> None:
    await night.crowd(2)
    [incident] = await night.trigger("disk")
    takers = await choices.takers(night.house, [incident], night.now)

    assert [taker.name for taker in takers][:2] == ["Ann", "Ben"]
    assert takers[0].duties == ("Web, level 1",)
    assert {taker.name for taker in takers} == {"Ann", "Ben", "P0", "P1"}
    offered = await choices.offer(night.house)
    assert [name for _, name in offered.people] == ["Ann", "Ben", "P0", "P1"]
    assert [name for _, name in offered.services] == ["Checkout", "P0", "P1"]


async def test_incidents_of_the_same_service_are_offered_first_for_a_merge(night: Night) -> None:
    [first] = await night.trigger("first")
    keys = await night.crowd(1)
    night.passes(minutes=1)
    await night.trigger("elsewhere", key=keys["P0"])
    await night.trigger("second", "over")
    await _change(night, "over", status="resolved")

    found = await choices.targets(night.house, [first])
    assert [incident.title for incident in found] == ["second", "elsewhere"]
    assert found[0].created_at - first.created_at == timedelta(minutes=1)
