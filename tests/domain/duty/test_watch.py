"""Who holds a schedule now, until when, and who is next."""

from datetime import datetime, timedelta

from tests.domain.strategies import a_layer, a_schedule, an_override, at, daily
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.duty.watch import Watch, watch_at

MONDAY = at("2025-06-02 00:00")


def after(days: float) -> datetime:
    return MONDAY + timedelta(days=days)


def watch(schedule: Schedule, now: datetime = MONDAY) -> tuple[object, ...]:
    seen = watch_at(schedule, now)
    assert seen.since == now
    return seen.user_id, seen.until, seen.next_user_id, seen.next_until


def test_one_holds_it_until_the_next_takes_over() -> None:
    schedule = a_schedule(a_layer(MONDAY, "ALICE", "BOB"))

    assert ("ALICE", after(1), "BOB", after(2)) == watch(schedule, after(0.5))


def test_turns_of_the_same_person_in_a_row_are_one_watch() -> None:
    schedule = a_schedule(
        a_layer(MONDAY, "ALICE", "BOB"),
        overrides=(an_override("ALICE", after(1), after(2)),),
    )

    assert ("ALICE", after(3), "BOB", after(4)) == watch(schedule)


def test_a_gap_has_an_end_and_somebody_after_it() -> None:
    schedule = a_schedule(a_layer(MONDAY, "ALICE", restrictions=(daily("09:00", 8),)))

    assert (None, after(9 / 24), "ALICE", after(17 / 24)) == watch(schedule)


def test_before_a_gap_nobody_is_next() -> None:
    schedule = a_schedule(a_layer(MONDAY, "ALICE", restrictions=(daily("00:00", 8),)))

    assert ("ALICE", after(8 / 24), None, after(1)) == watch(schedule)


def test_whoever_never_goes_off_call_has_no_end_and_nobody_after_them() -> None:
    assert watch(a_schedule(a_layer(MONDAY, "ALICE"))) == ("ALICE", None, None, None)


def test_nobody_holds_an_empty_schedule_for_ever() -> None:
    assert watch(a_schedule()) == (None, None, None, None)


def test_the_last_watch_before_the_end_of_all_layers_is_followed_by_nobody() -> None:
    schedule = a_schedule(a_layer(MONDAY, "ALICE", end=after(5)))

    assert ("ALICE", after(5), None, None) == watch(schedule)


def test_a_watch_covers_the_instants_from_its_sight_until_just_before_its_end() -> None:
    seen = Watch(since=MONDAY, user_id="ALICE", until=after(1))

    covered = [seen.covers(after(days)) for days in (-0.1, 0, 0.9, 1)]

    assert covered == [False, True, True, False]
    assert Watch(since=MONDAY, user_id=None, until=None).covers(after(999))
