"""Schedules: turns, precedence, overrides, the past, and the ways to look at them."""

from datetime import datetime, timedelta

import msgspec

from tests.domain.strategies import (
    DAY,
    WEEK,
    a_layer,
    a_schedule,
    a_shift,
    an_override,
    at,
    daily,
)
from tocsin.domain.duty.rendering import (
    coverage,
    gaps,
    holder_at,
    render,
    render_layer,
    render_overrides,
    shift_at,
)
from tocsin.domain.duty.schedule import FOREVER, Gap, Revision, Schedule

JUNE = at("2025-06-01 00:00")  # a Sunday
JULY = at("2025-07-01 00:00")


def june(day: int, clock: str = "00:00", zone: str = "UTC") -> datetime:
    return at(f"2025-06-{day:02} {clock}", zone)


def test_turns_are_counted_from_a_virtual_start_long_before_the_layer() -> None:
    layer = a_layer(june(10), "ALICE", "BOB", "CAROL", virtual_start=june(1, "12:00"))

    assert (
        a_shift("CAROL", june(10), june(10, "12:00")),
        a_shift("ALICE", june(10, "12:00"), june(11, "12:00")),
    ) == render(a_schedule(layer), JUNE, june(11, "12:00"))


def test_nobody_holds_a_layer_before_its_virtual_start() -> None:
    layer = a_layer(june(1), "ALICE", virtual_start=june(10))

    assert (a_shift("ALICE", june(10), JULY),) == render(a_schedule(layer), JUNE, JULY)


def test_nobody_holds_a_layer_from_its_end_on() -> None:
    layer = a_layer(june(1), "ALICE", end=june(10))

    assert (a_shift("ALICE", june(1), june(10)),) == render(a_schedule(layer), JUNE, JULY)


def test_nobody_holds_a_layer_that_ended_before_it_began() -> None:
    layer = a_layer(june(10), "ALICE", end=june(5))

    assert render(a_schedule(layer), JUNE, JULY) == ()


def test_nobody_holds_a_layer_without_people() -> None:
    assert render(a_schedule(a_layer(june(1))), JUNE, JULY) == ()


def test_nobody_holds_a_schedule_without_layers() -> None:
    assert render(a_schedule(), JUNE, JULY) == ()
    assert holder_at(a_schedule(), JUNE) is None
    assert shift_at(a_schedule(), JUNE) is None
    assert (Gap(start=JUNE, end=JULY),) == gaps(a_schedule(), JUNE, JULY)


def test_nothing_is_rendered_of_an_interval_that_ends_before_it_starts() -> None:
    assert render(a_schedule(a_layer(june(1), "ALICE")), JULY, JUNE) == ()


def test_a_person_with_two_turns_in_a_row_has_one_shift() -> None:
    layer = a_layer(june(1), "ALICE", "ALICE", "BOB")

    assert (
        a_shift("ALICE", june(1), june(3)),
        a_shift("BOB", june(3), june(4)),
    ) == render(a_schedule(layer), june(1), june(4))


def test_a_later_layer_hides_the_earlier_ones_while_it_counts() -> None:
    nights = a_layer(june(1), "BOB", restrictions=(daily("20:00", 12),))
    schedule = a_schedule(a_layer(june(1), "ALICE"), nights)

    assert (
        a_shift("ALICE", june(2, "08:00"), june(2, "20:00")),
        a_shift("BOB", june(2, "20:00"), june(3, "08:00")),
        a_shift("ALICE", june(3, "08:00"), june(3, "12:00")),
    ) == render(schedule, june(2, "08:00"), june(3, "12:00"))


def test_a_layer_is_also_rendered_for_itself_whatever_hides_it() -> None:
    schedule = a_schedule(a_layer(june(1), "ALICE", name="LOW"), a_layer(june(1), "BOB"))

    assert (a_shift("ALICE", june(2), june(3)),) == render_layer(schedule, "LOW", june(2), june(3))


def test_an_override_hides_all_layers() -> None:
    override = an_override("CAROL", june(2, "10:00"), june(2, "11:00"))
    schedule = a_schedule(a_layer(june(1), "ALICE"), overrides=(override,))

    assert (
        a_shift("ALICE", june(2), june(2, "10:00")),
        a_shift("CAROL", june(2, "10:00"), june(2, "11:00")),
        a_shift("ALICE", june(2, "11:00"), june(3)),
    ) == render(schedule, june(2), june(3))
    assert holder_at(schedule, june(2, "10:00")) == "CAROL"
    assert holder_at(schedule, june(2, "11:00")) == "ALICE"


def test_an_override_fills_a_gap() -> None:
    schedule = a_schedule(overrides=(an_override("CAROL", june(2), june(3)),))

    assert (a_shift("CAROL", june(2), june(3)),) == render(schedule, JUNE, JULY)


def test_of_two_overrides_the_one_created_later_wins() -> None:
    long = an_override("CAROL", june(2), june(6), created=june(1, "12:00"), name="LONG")
    short = an_override("DAVE", june(3), june(4), created=june(1, "13:00"), name="SHORT")

    for overrides in ((long, short), (short, long)):
        assert (
            a_shift("CAROL", june(2), june(3)),
            a_shift("DAVE", june(3), june(4)),
            a_shift("CAROL", june(4), june(6)),
        ) == render_overrides(a_schedule(overrides=overrides), JUNE, JULY)


def test_an_override_by_the_same_person_lengthens_the_shift() -> None:
    override = an_override("ALICE", june(3), june(3, "06:00"))
    schedule = a_schedule(a_layer(june(1), "BOB", "ALICE"), overrides=(override,))

    assert a_shift("ALICE", june(2), june(3, "06:00")) == shift_at(schedule, june(2, "12:00"))


def test_overrides_outside_the_interval_are_not_rendered() -> None:
    schedule = a_schedule(overrides=(an_override("CAROL", june(2), june(3)),))

    assert render_overrides(schedule, june(3), JULY) == ()
    assert render_overrides(schedule, JUNE, june(2)) == ()


def edited() -> Schedule:
    """Return a schedule that BOB and CAROL took over from ALICE and DAVE on the 10th at noon."""
    former = a_layer(june(1), "ALICE", "DAVE", turn=WEEK)
    before = Revision(until=june(10, "12:00"), time_zone="UTC", layers=(former,))
    return a_schedule(a_layer(june(1), "BOB", "CAROL", turn=WEEK), past=(before,))


def test_an_edit_changes_the_future_and_not_the_past() -> None:
    assert (
        a_shift("DAVE", june(9), june(10, "12:00")),
        a_shift("CAROL", june(10, "12:00"), june(15)),
    ) == render(edited(), june(9), june(15))
    assert holder_at(edited(), june(10, "11:59")) == "DAVE"
    assert holder_at(edited(), june(10, "12:00")) == "CAROL"


def test_a_single_layer_remembers_its_past_too() -> None:
    expected = (
        a_shift("DAVE", june(9), june(10, "12:00")),
        a_shift("CAROL", june(10, "12:00"), june(15)),
    )

    assert expected == render_layer(edited(), "LAYER", june(9), june(15))


def test_before_an_edit_the_former_zone_counts() -> None:
    before = Revision(
        until=june(10),
        time_zone="Asia/Tokyo",
        layers=(a_layer(JUNE, "ALICE", restrictions=(daily("09:00", 1),)),),
    )
    schedule = a_schedule(a_layer(JUNE, "ALICE", restrictions=(daily("09:00", 1),)), past=(before,))

    assert (
        a_shift("ALICE", june(9), june(9, "01:00")),
        a_shift("ALICE", june(10, "09:00"), june(10, "10:00")),
    ) == render(schedule, june(8, "12:00"), june(11))


def test_two_edits_are_both_remembered() -> None:
    past = tuple(
        Revision(until=june(day), time_zone="UTC", layers=(a_layer(JUNE, user),))
        for day, user in ((5, "ALICE"), (8, "BOB"))
    )
    schedule = a_schedule(a_layer(JUNE, "CAROL"), past=past)

    assert (
        a_shift("ALICE", june(4), june(5)),
        a_shift("BOB", june(5), june(8)),
        a_shift("CAROL", june(8), june(9)),
    ) == render(schedule, june(4), june(9))


def test_overflow_shows_the_real_ends_of_the_outer_shifts() -> None:
    schedule = a_schedule(a_layer(june(1), "ALICE", "BOB"))

    assert (
        a_shift("ALICE", june(1), june(2)),
        a_shift("BOB", june(2), june(3)),
    ) == render(schedule, june(1, "12:00"), june(2, "12:00"), overflow=True)
    assert (a_shift("BOB", june(2), june(3)),) == render_layer(
        schedule, "LAYER", june(2, "08:00"), june(2, "09:00"), overflow=True
    )


def test_overflow_shows_the_real_ends_of_overrides() -> None:
    schedule = a_schedule(overrides=(an_override("CAROL", june(2), june(5)),))

    assert (a_shift("CAROL", june(2), june(5)),) == render_overrides(
        schedule, june(3), june(4), overflow=True
    )


def test_a_rotation_of_one_goes_on_forever() -> None:
    schedule = a_schedule(a_layer(june(1), "ALICE"))

    assert a_shift("ALICE", june(1), FOREVER) == shift_at(schedule, june(20))


def test_a_shift_of_many_pieces_that_outlasts_a_year_goes_on_forever() -> None:
    now, end = june(20) + timedelta(days=1000), june(20) + timedelta(days=2000)
    days = a_layer(june(1), "ALICE", end=end, restrictions=(daily("08:00", 12),))
    nights = a_layer(june(1), "ALICE", end=end, restrictions=(daily("20:00", 12),))
    shift = shift_at(a_schedule(days, nights), now)

    assert shift is not None
    assert shift.end == FOREVER
    assert shift.start <= now - timedelta(days=365)


def test_a_year_on_call_has_its_real_end() -> None:
    schedule = a_schedule(a_layer(june(1), "ALICE", "BOB", turn=365 * DAY))

    assert a_shift("ALICE", june(1), june(1) + timedelta(days=365)) == shift_at(schedule, JULY)


def test_coverage_is_the_percentage_of_time_somebody_holds() -> None:
    nine_hours = a_schedule(a_layer(JUNE, "ALICE", restrictions=(daily("09:00", 9),)))

    assert coverage(render(nine_hours, june(2), june(7)), june(2), june(7)) == 37.5
    assert coverage(render(a_schedule(a_layer(JUNE, "ALICE")), JUNE, JULY), JUNE, JULY) == 100
    assert coverage((), JUNE, JULY) == 0


def test_coverage_counts_only_what_lies_within_the_interval() -> None:
    shifts = [a_shift("ALICE", june(1), june(3)), a_shift("BOB", june(8), FOREVER)]

    assert coverage(shifts, june(2), june(4)) == 50


def test_coverage_of_no_time_is_nothing() -> None:
    assert coverage((), JUNE, JUNE) == 0


def test_gaps_are_what_nobody_holds() -> None:
    schedule = a_schedule(a_layer(JUNE, "ALICE", restrictions=(daily("09:00", 9),)))

    assert (
        Gap(start=june(2), end=june(2, "09:00")),
        Gap(start=june(2, "18:00"), end=june(3, "09:00")),
        Gap(start=june(3, "18:00"), end=june(4)),
    ) == gaps(schedule, june(2), june(4))


def test_everybody_counts_who_ever_held_a_schedule_or_may() -> None:
    override = an_override("ERIN", june(20), june(21))
    schedule = msgspec.structs.replace(edited(), overrides=(override,))

    assert {"ALICE", "BOB", "CAROL", "DAVE", "ERIN"} == schedule.everybody()


def test_members_are_named_once_and_not_of_layers_that_are_over() -> None:
    over = a_layer(JUNE, "CAROL", end=JULY)
    schedule = a_schedule(over, a_layer(JUNE, "BOB", "ALICE"), a_layer(JUNE, "ALICE", "DAVE"))

    assert schedule.members(JUNE) == ("CAROL", "BOB", "ALICE", "DAVE")
    assert schedule.members(JULY) == ("BOB", "ALICE", "DAVE")
