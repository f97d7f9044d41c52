"""What one person is on call for, until when, and when it is their turn again."""

from datetime import datetime, timedelta

from tests.night import Night
from tests.rota import WEEK, make_policy, make_rota, stand_in
from tests.team import NOON
from tocsin.usecases.duty.own_duty import Duty, duty_of, turns_of

SUMMER = timedelta(hours=1)  # clocks in Vienna go forward on 29 March


def after(days: float) -> datetime:
    return NOON + timedelta(days=days)


async def duty(night: Night, name: str) -> Duty | None:
    return await duty_of(night.house, getattr(night.team, name).id, night.now)


def told(found: Duty | None) -> list[tuple[str, int, str | None, datetime | None]]:
    assert found is not None
    return [(p.policy_name, p.level, p.schedule_name, p.until) for p in found.posts]


async def test_whom_a_policy_names_is_on_call_without_end(night: Night) -> None:
    found = await duty(night, "ann")

    assert told(found) == [("Web", 1, None, None)]
    assert found
    assert (found.level, found.until) == (1, None)


async def test_whoever_holds_a_schedule_is_on_call_until_the_hand_off(night: Night) -> None:
    rota = await make_rota(night, "Primary", night.team.ann, night.team.ben, turn=WEEK)
    await make_policy(night, "Database", (rota,))
    night.passes(days=8)

    found = await duty(night, "ben")

    assert [("Database", 1, "Primary", after(14)), ("Web", 2, None, None)] == told(found)
    assert found
    assert (1, after(14)) == (found.level, found.until)


async def test_of_several_schedules_at_the_first_level_the_last_end_counts(night: Night) -> None:
    ben = night.team.ben
    short, long = (
        await make_rota(night, "Short", ben, end=after(1)),
        await make_rota(night, "Long", ben, end=after(3)),
    )
    await make_policy(night, "Database", (short,))
    await make_policy(night, "Network", (long,))

    found = await duty(night, "ben")

    assert found
    assert found.until == after(3)


async def test_nobody_is_on_call_by_a_schedule_that_no_policy_pages(night: Night) -> None:
    await make_rota(night, "Unused", night.team.ben)

    assert told(await duty(night, "ben")) == [("Web", 2, None, None)]


async def test_who_has_no_duty_is_told_so(night: Night) -> None:
    assert await duty_of(night.house, "PNOBODY", night.now) is None


async def test_an_override_made_since_the_last_look_counts(night: Night) -> None:
    rota = await make_rota(night, "Primary", night.team.ann)
    await make_policy(night, "Database", (rota,))
    assert ("Database", 1, "Primary", None) in told(await duty(night, "ann"))

    await stand_in(night, rota, night.team.ben, NOON, after(1))

    assert ("Database", 1, "Primary", after(1)) in told(await duty(night, "ben"))
    assert told(await duty(night, "ann")) == [("Web", 1, None, None)]


async def test_what_was_known_is_worked_out_again_after_the_hand_off(night: Night) -> None:
    rota = await make_rota(night, "Primary", night.team.ann, night.team.ben)
    await make_policy(night, "Database", (rota,))
    assert ("Database", 1, "Primary", after(1)) in told(await duty(night, "ann"))

    night.passes(days=1)

    assert ("Database", 1, "Primary", after(2)) in told(await duty(night, "ben"))


async def test_shifts_of_the_coming_month_are_listed_with_their_real_ends(night: Night) -> None:
    ann, ben = night.team.ann, night.team.ben
    weekly = await make_rota(night, "Weekly", ann, ben, turn=WEEK)
    await make_rota(night, "Unused", ben, start=after(40))
    always = await make_rota(night, "Always", ann)
    await make_policy(night, "Database", (ben,), (weekly, always))
    night.passes(days=1)

    turns = await turns_of(night.house, ann.id, night.now)

    assert [
        ("Always", NOON, None),
        ("Weekly", NOON, after(7)),
        ("Weekly", after(14), after(21)),
        ("Weekly", after(28) - SUMMER, after(35) - SUMMER),
    ] == [(t.schedule_name, t.start, t.end) for t in turns]
    assert {("Database", 2)} == {(p.policy_name, p.level) for t in turns for p in t.posts}
