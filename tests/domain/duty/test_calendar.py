"""Shifts as calendars show them: whose, from when until when, under which lasting name."""

from datetime import timedelta

from tests.domain.strategies import DAY, WEEK, a_layer, a_schedule, an_override, at
from tocsin.domain.duty.calendar import entries, window
from tocsin.domain.duty.schedule import Range, Schedule

MONDAY = at("2026-03-02 09:00")
WEEKLY = a_schedule(a_layer(MONDAY, "ALICE", "BOB", turn=WEEK))
MARCH = Range(at("2026-03-01 00:00"), at("2026-04-01 00:00"))


def days(schedule: Schedule, asked: Range = MARCH, user_id: str | None = None) -> list[str]:
    found = entries(schedule, asked, user_id)
    return [f"{e.user_id} {e.start:%d.%m.}-{e.end:%d.%m.}" for e in found]


def test_shifts_keep_their_real_ends_beyond_the_time_asked_about() -> None:
    asked = Range(at("2026-03-10 00:00"), at("2026-03-18 00:00"))

    assert days(WEEKLY, asked) == ["BOB 09.03.-16.03.", "ALICE 16.03.-23.03."]


def test_one_person_gets_their_own_shifts_without_those_that_somebody_covers() -> None:
    covered = at("2026-03-16 09:00")
    schedule = a_schedule(
        *WEEKLY.layers,
        overrides=(an_override("CAROL", covered, covered + timedelta(days=7)),),
    )

    assert days(schedule, user_id="ALICE") == ["ALICE 02.03.-09.03.", "ALICE 30.03.-06.04."]
    assert days(schedule, user_id="CAROL") == ["CAROL 16.03.-23.03."]


def test_a_shift_without_an_end_ends_with_the_time_asked_about() -> None:
    alone = a_schedule(a_layer(MONDAY, "ALICE", turn=DAY))

    assert days(alone) == ["ALICE 02.03.-01.04."]


def test_an_entry_is_called_the_same_tomorrow() -> None:
    today = {entry.uid for entry in entries(WEEKLY, MARCH)}
    moved = Range(*(bound + timedelta(days=1) for bound in (MARCH.since, MARCH.until)))

    assert today == {entry.uid for entry in entries(WEEKLY, moved)}
    assert len(today) == 5


def test_the_window_stays_where_it_is_until_midnight() -> None:
    first, last = at("2026-03-02 00:00"), at("2026-03-02 23:59")

    assert window(first) == window(last) == Range(at("2026-01-31 00:00"), at("2026-05-31 00:00"))
    assert window(first) != window(last + timedelta(minutes=1))
