"""Who is on call for a policy, when, and when a person is next."""

from datetime import datetime, timedelta

from tests.domain.strategies import WEEK, a_layer, a_schedule, a_shift, an_override, at, daily
from tocsin.domain.duty.escalation_policy import EscalationPolicy, Rule, Target
from tocsin.domain.duty.on_call import OnCall, keep_earliest, next_on_call, uncovered, who
from tocsin.domain.duty.schedule import Schedule

MONDAY = at("2025-06-02 00:00")
USERS = frozenset({"ALICE", "BOB", "CAROL"})
PRIMARY = Target("schedule", "SCHEDULE")
ALICE = Target("user", "ALICE")
BOB = Target("user", "BOB")
TWO_DAYS = timedelta(days=2)


def after(days: float) -> datetime:
    return MONDAY + timedelta(days=days)


def policy(*levels: tuple[Target, ...]) -> EscalationPolicy:
    rules = (Rule(id=f"R{n}", delay_minutes=30, targets=level) for n, level in enumerate(levels))
    return EscalationPolicy(id="POLICY", name="Policy", rules=tuple(rules))


def ask(
    policy: EscalationPolicy,
    since: datetime = MONDAY,
    until: datetime = MONDAY,
    schedule: Schedule | None = None,
) -> list[OnCall]:
    schedule = schedule or a_schedule(a_layer(MONDAY, "ALICE", "BOB"))
    return [*who(policy, {"SCHEDULE": schedule}, USERS, since, until)]


def always(user: str, level: int = 1) -> OnCall:
    return OnCall(policy_id="POLICY", level=level, user_id=user)


def shift(user: str, start: datetime, end: datetime | None, level: int = 1) -> OnCall:
    return OnCall(
        policy_id="POLICY",
        level=level,
        user_id=user,
        schedule_id="SCHEDULE",
        start=start,
        end=end,
    )


def test_a_person_named_by_a_policy_is_always_on_call() -> None:
    assert [always("ALICE")] == ask(policy((ALICE,)))


def test_whoever_holds_a_schedule_is_on_call_for_the_whole_shift() -> None:
    noon = after(0.5)

    assert [shift("ALICE", MONDAY, after(1))] == ask(policy((PRIMARY,)), noon, noon)


def test_every_shift_that_overlaps_the_interval_is_listed_with_its_real_ends() -> None:
    assert [
        shift("ALICE", MONDAY, after(1)),
        shift("BOB", after(1), after(2)),
        shift("ALICE", after(2), after(3)),
    ] == ask(policy((PRIMARY,)), after(0.5), after(2.5))


def test_a_shift_that_ends_as_the_interval_begins_is_not_listed() -> None:
    assert [shift("BOB", after(1), after(2))] == ask(policy((PRIMARY,)), after(1), after(2))


def test_a_person_who_never_goes_off_call_has_no_end() -> None:
    schedule = a_schedule(a_layer(MONDAY, "ALICE"))

    assert [shift("ALICE", MONDAY, None)] == ask(policy((PRIMARY,)), schedule=schedule)


def test_levels_are_counted_from_one_and_the_same_person_may_be_on_several() -> None:
    assert [always("ALICE", 1), always("BOB", 2), always("ALICE", 2)] == ask(
        policy((ALICE,), (BOB, ALICE))
    )


def test_a_person_on_call_twice_on_one_level_is_listed_for_each_source() -> None:
    assert [always("ALICE"), shift("ALICE", MONDAY, after(1))] == ask(policy((ALICE, PRIMARY)))


def test_nobody_is_listed_while_nobody_holds_the_schedule() -> None:
    schedule = a_schedule(a_layer(MONDAY, "ALICE", restrictions=(daily("09:00", 8),)))

    assert ask(policy((PRIMARY,)), schedule=schedule) == []


def test_a_schedule_that_does_not_exist_has_nobody_on_call() -> None:
    assert ask(policy((Target("schedule", "DELETED"),))) == []


def test_people_who_are_not_asked_for_are_left_out() -> None:
    schedule = a_schedule(a_layer(MONDAY, "DAVE", "BOB"))

    assert [shift("BOB", after(1), after(2))] == ask(
        policy((Target("user", "DAVE"), PRIMARY)), after(0), after(2), schedule
    )


def test_an_override_next_to_a_shift_of_the_same_person_is_part_of_it() -> None:
    schedule = a_schedule(
        a_layer(MONDAY, "ALICE", "BOB"), overrides=(an_override("ALICE", after(1), after(1.25)),)
    )

    assert [shift("ALICE", MONDAY, after(1.25))] == ask(policy((PRIMARY,)), schedule=schedule)


def test_only_the_earliest_row_of_a_person_on_a_level_is_kept() -> None:
    rows = ask(policy((PRIMARY,), (PRIMARY, ALICE)), MONDAY, after(4))

    assert (
        shift("ALICE", MONDAY, after(1)),
        shift("BOB", after(1), after(2)),
        always("ALICE", 2),
        shift("BOB", after(1), after(2), level=2),
    ) == keep_earliest(rows)


def test_somebody_on_call_now_is_next_on_call_with_the_present_shift() -> None:
    schedule = a_schedule(a_layer(MONDAY, "ALICE", "BOB"))

    assert a_shift("ALICE", MONDAY, after(1)) == next_on_call(
        schedule, "ALICE", after(0.5), TWO_DAYS
    )


def test_somebody_else_is_next_on_call_with_the_shift_to_come() -> None:
    schedule = a_schedule(a_layer(MONDAY, "ALICE", "BOB", "CAROL", turn=WEEK))

    assert a_shift("CAROL", after(14), after(21)) == next_on_call(
        schedule, "CAROL", after(1), timedelta(days=14)
    )


def test_a_shift_beyond_the_horizon_is_not_looked_for() -> None:
    schedule = a_schedule(a_layer(MONDAY, "ALICE", "BOB", "CAROL", turn=WEEK))

    assert next_on_call(schedule, "CAROL", MONDAY, timedelta(days=14)) is None


def test_somebody_who_is_in_no_layer_is_never_next_on_call() -> None:
    schedule = a_schedule(a_layer(MONDAY, "ALICE"))

    assert next_on_call(schedule, "DAVE", MONDAY, timedelta(days=365)) is None


def gaps(policy: EscalationPolicy, *schedules: Schedule) -> list[tuple[datetime, datetime]]:
    known = {f"S{number}": schedule for number, schedule in enumerate(schedules)}
    found = uncovered(policy, known, USERS, MONDAY, after(2))
    return [(gap.start, gap.end) for gap in found]


def test_a_policy_is_uncovered_where_all_of_its_schedules_have_gaps() -> None:
    day = a_schedule(a_layer(MONDAY, "ALICE", restrictions=(daily("06:00", 12),)))
    evening = a_schedule(a_layer(MONDAY, "BOB", restrictions=(daily("12:00", 9),)))
    levels = policy((Target("schedule", "S0"),), (Target("schedule", "S1"),))

    assert gaps(levels, day, evening) == [
        (MONDAY, after(0.25)),
        (after(0.875), after(1.25)),
        (after(1.875), after(2)),
    ]


def test_whoever_a_policy_names_covers_it_at_all_times() -> None:
    assert gaps(policy((Target("schedule", "S0"),), (ALICE,)), a_schedule()) == []


def test_people_and_schedules_that_are_gone_cover_nothing() -> None:
    gone = policy((Target("user", "GONE"), Target("schedule", "GONE")))

    assert gaps(gone) == [(MONDAY, after(2))]
    assert gaps(policy()) == [(MONDAY, after(2))]
