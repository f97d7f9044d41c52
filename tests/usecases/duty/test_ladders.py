"""Policies as they stand now: who is on each level, who is next, and what would happen."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from tests.night import Night
from tests.rota import WEEK, make_policy, make_rota
from tests.team import NOON
from tocsin.domain.duty.escalation_policy import EscalationPolicy, Target
from tocsin.domain.duty.schedule import Gap
from tocsin.store import tables
from tocsin.usecases.duty import ladders
from tocsin.usecases.duty.ladders import Filter, Ladder, Prospect
from tocsin.usecases.errors import NotFound


def after(days: float) -> datetime:
    return NOON + timedelta(days=days)


async def draw(night: Night, policy: EscalationPolicy) -> Ladder:
    return (await ladders.draw(night.house, [policy], night.now))[policy.id]


def faces(ladder: Ladder) -> list[list[tuple[str | None, str | None, bool]]]:
    return [
        [(face.name, face.user.name if face.user else None, face.is_called) for face in rung.faces]
        for rung in ladder.rungs
    ]


def calls(prospect: Prospect) -> list[list[tuple[float, int | None, list[str]]]]:
    return [
        [
            (
                (call.at - NOON) / timedelta(minutes=1),
                call.level,
                [user.name for user in call.users],
            )
            for call in part
        ]
        for part in prospect.passes
    ]


async def test_each_level_shows_its_people_and_who_holds_its_schedules(night: Night) -> None:
    ann, ben = night.team.ann, night.team.ben
    rota = await make_rota(night, "Primary", ann, ben, turn=WEEK)
    ladder = await draw(night, await make_policy(night, "Database", (rota, ben), (ann,)))

    assert faces(ladder) == [
        [("Primary", "Ann", True), ("Ben", "Ben", True)],
        [("Ann", "Ann", True)],
    ]
    held = ladder.rungs[0].faces[0]
    assert (held.until, held.next) == (after(7), ben)
    assert [user.name for user in ladder.first] == ["Ann", "Ben"]


async def test_a_round_robin_shows_whose_turn_it_is(night: Night) -> None:
    ann, ben = night.team.ann, night.team.ben
    policy = await make_policy(night, "Round", (ann, ben), strategy="round_robin")
    dealt = {"rule_id": policy.rules[0].id, "dealt": 3}
    await night.sql(sa.insert(tables.rings).values(dealt))

    ladder = await draw(night, policy)

    assert ladder.rungs[0].is_round_robin
    assert faces(ladder) == [[("Ann", "Ann", False), ("Ben", "Ben", True)]]
    assert ladder.first == (ben,)


async def test_a_gap_is_seen_with_its_end_and_who_comes_after_it(night: Night) -> None:
    late = await make_rota(night, "Late", night.team.ben, start=after(2))
    ladder = await draw(night, await make_policy(night, "Night", (late,)))

    assert faces(ladder) == [[("Late", None, False)]]
    assert ladder.rungs[0].faces[0].until == after(2)
    assert ladder.rungs[0].faces[0].next == night.team.ben
    assert ladder.is_empty
    assert ladder.first == ladder.catch_all == (night.team.ann,)


async def test_targets_that_are_gone_have_neither_name_nor_people(night: Night) -> None:
    gone = (Target("user", "PGONE"), Target("schedule", "PGONE"))
    rule = replace(night.team.policy.rules[0], targets=gone)
    ladder = await draw(night, replace(night.team.policy, rules=(rule,)))

    assert faces(ladder) == [[(None, None, False), (None, None, False)]]


async def test_what_would_happen_is_told_pass_by_pass_with_the_catch_all_between(
    night: Night,
) -> None:
    late = await make_rota(night, "Late", night.team.ben, start=NOON + timedelta(minutes=8))
    policy = await make_policy(night, "Night", (late,), num_loops=1, delay_minutes=10)

    ladder, prospect = await ladders.foretell(night.house, policy.id, NOON)

    assert ladder.policy == policy
    assert calls(prospect) == [[(0, None, ["Ann"])], [(10, 1, ["Ben"])]]
    assert prospect.over_at == NOON + timedelta(minutes=20)


async def test_times_at_which_nobody_is_on_call_are_told_ahead(night: Night) -> None:
    week = await make_rota(night, "A week", night.team.ben, end=after(7))
    policy = await make_policy(night, "Night", (week,))

    _, prospect = await ladders.foretell(night.house, policy.id, NOON)

    assert prospect.gaps == (Gap(start=after(7), end=after(14)),)
    assert prospect.gaps_until == after(14)


async def test_a_policy_that_is_gone_is_not_found(night: Night) -> None:
    with pytest.raises(NotFound, match="Escalation policy PGONE was not found"):
        await ladders.foretell(night.house, "PGONE", NOON)


async def test_policies_are_found_by_name_and_team_a_part_at_a_time(night: Night) -> None:
    for name in ("Alpha", "Beta", "alphabet"):
        await make_policy(night, name, (night.team.ben,))

    async def names(asked: Filter, offset: int = 0) -> tuple[list[str], bool]:
        found, has_more = await ladders.find(night.house, asked, NOON, limit=2, offset=offset)
        return [ladder.policy.name for ladder in found], has_more

    assert await names(Filter()) == (["Alpha", "alphabet"], True)
    assert await names(Filter(), offset=2) == (["Beta", "Web"], False)
    assert await names(Filter(search="ALPHA")) == (["Alpha", "alphabet"], False)
    assert await names(Filter(team_id="PTEAM")) == ([], False)


async def test_policies_of_the_first_team_come_first_and_those_of_none_last(night: Night) -> None:
    for name, team in (("Alpha", "PA"), ("Beta", "PB"), ("Gamma", "PA")):
        policy = await make_policy(night, name, (night.team.ben,))
        owned = sa.update(tables.escalation_policies).values(team_ids=[team])
        await night.sql(owned.where(tables.escalation_policies.c.id == policy.id))

    asked = Filter(teams=("PB", "PA"))
    found, _ = await ladders.find(night.house, asked, NOON, limit=9, offset=0)

    assert [ladder.policy.name for ladder in found] == ["Beta", "Alpha", "Gamma", "Web"]


async def test_people_and_schedules_to_choose_from_are_listed_by_name(night: Night) -> None:
    ann, ben = night.team.ann, night.team.ben
    late = await make_rota(night, "late", ben, start=after(1))
    day = await make_rota(night, "Day", ann)

    found = await ladders.choices(night.house, NOON)

    assert found.users == (ann, ben)
    assert [(schedule.id, user) for schedule, user in found.schedules] == [
        (day.id, ann),
        (late.id, None),
    ]
