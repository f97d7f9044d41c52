"""Laws of schedules: what holds for every zone, every schedule and every instant."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from operator import attrgetter
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.domain.strategies import (
    FROM,
    TO,
    WEEK,
    ZONES,
    a_layer,
    a_schedule,
    a_shift,
    an_override,
    at,
    changes,
    comes_again,
    crews,
    few_days,
    moments,
    restrictions,
    schedules,
    stacks,
    turns,
    wall,
    zones,
)
from tocsin.domain.duty.rendering import gaps, holder_at, render, render_layer, shift_at
from tocsin.domain.duty.schedule import Restriction, Revision, Shift

Data = st.DataObject
law = settings(deadline=None, max_examples=150)


def fills(shifts: tuple[Shift, ...], since: datetime, until: datetime) -> bool:
    """Say whether shifts follow each other from one instant to the other, and change hands."""
    edges = [since, *(shift.end for shift in shifts)]
    return (
        edges[:-1] == [shift.start for shift in shifts]
        and edges[-1] == until
        and all(shift.start < shift.end for shift in shifts)
        and all(before.user_id != after.user_id for before, after in pairwise(shifts))
    )


@pytest.mark.slow
def test_in_every_zone_weekly_turns_keep_their_wall_time_for_thirty_years() -> None:
    for zone in ZONES:
        begun = at("2010-01-04 09:00", zone)
        schedule = a_schedule(a_layer(begun, "ALICE", "BOB", turn=WEEK), zone=zone)
        shifts, real = render(schedule, begun, TO), ZoneInfo(zone)
        assert fills(shifts, begun, TO), zone
        assert {(0, 9, 0)} == {
            (local.weekday(), local.hour, local.minute)
            for shift in shifts
            for local in [shift.start.astimezone(real)]
        }, zone


@pytest.mark.slow
def test_in_every_zone_daily_turns_keep_their_wall_time_around_every_change() -> None:
    for zone in ZONES:
        layer = a_layer(at("2009-12-01 09:00", zone), "ALICE", "BOB", "CAROL")
        schedule = a_schedule(layer, zone=zone)
        for change in changes(zone):
            since, until = change - timedelta(days=2), change + timedelta(days=2)
            shifts = render(schedule, since, until)
            assert fills(shifts, since, until), f"{zone} {change}"
            hand_offs = [shift.start for shift in shifts[1:] if shift.start != change]
            assert {9} == {wall(zone, start).hour for start in hand_offs}, f"{zone} {change}"


@given(data=st.data(), zone=zones)
@law
def test_an_unrestricted_layer_has_exactly_one_holder_at_each_instant(
    data: Data, zone: str
) -> None:
    begun, since = sorted((data.draw(moments(zone)), data.draw(moments(zone))))
    until = since + data.draw(few_days)
    layer = a_layer(begun, *data.draw(crews), turn=data.draw(turns))

    assert fills(render(a_schedule(layer, zone=zone), since, until), since, until)


@given(data=st.data(), zone=zones, crew=crews, turn=turns)
@law
def test_whoever_holds_a_layer_is_the_one_whose_turn_the_wall_says(
    data: Data, zone: str, crew: tuple[str, ...], turn: int
) -> None:
    begun, now = sorted((data.draw(moments(zone)), data.draw(moments(zone))))
    assume(not comes_again(zone, begun))
    assume(not comes_again(zone, now))
    number = (wall(zone, now) - wall(zone, begun)) // timedelta(seconds=turn)

    schedule = a_schedule(a_layer(begun, *crew, turn=turn), zone=zone)
    assert crew[number % len(crew)] == holder_at(schedule, now)


@given(data=st.data(), zone=zones, allowed=st.lists(restrictions(), min_size=1, max_size=3))
@law
def test_a_restriction_holds_in_wall_time(
    data: Data, zone: str, allowed: list[Restriction]
) -> None:
    now = data.draw(moments(zone))
    assume(not comes_again(zone, now))

    layer = a_layer(FROM - timedelta(days=20), "ALICE", restrictions=tuple(allowed))
    expected = any(is_open(restriction, wall(zone, now)) for restriction in allowed)
    assert expected == (holder_at(a_schedule(layer, zone=zone), now) is not None)


def is_open(restriction: Restriction, shown: datetime) -> bool:
    opened, period = datetime.combine(shown, restriction.start_time), timedelta(days=1)
    if restriction.start_day_of_week is not None:
        opened -= timedelta(days=shown.isoweekday() - restriction.start_day_of_week)
        period = timedelta(days=7)
    if opened > shown:
        opened -= period
    return shown < opened + timedelta(seconds=restriction.duration_seconds)


@given(data=st.data(), zone=zones)
@law
def test_an_interval_renders_as_its_parts_joined(data: Data, zone: str) -> None:
    schedule, since = data.draw(schedules(zone)), data.draw(moments(zone))
    middle = since + data.draw(few_days)
    until = middle + data.draw(few_days)

    parts = (*render(schedule, since, middle), *render(schedule, middle, until))
    assert render(schedule, since, until) == joined(parts)


def joined(shifts: Iterable[Shift]) -> tuple[Shift, ...]:
    merged: list[Shift] = []
    for shift in shifts:
        last = merged[-1] if merged else None
        if last and (last.user_id, last.end) == (shift.user_id, shift.start):
            merged[-1] = a_shift(last.user_id, last.start, shift.end)
        else:
            merged.append(shift)
    return tuple(merged)


@given(data=st.data(), zone=zones)
@law
def test_shifts_and_gaps_together_fill_an_interval(data: Data, zone: str) -> None:
    schedule, since = data.draw(schedules(zone)), data.draw(moments(zone))
    until = since + data.draw(few_days)

    shifts = render(schedule, since, until)
    empty = [a_shift("NOBODY", gap.start, gap.end) for gap in gaps(schedule, since, until)]
    assert fills(tuple(sorted((*shifts, *empty), key=attrgetter("start"))), since, until)


@given(data=st.data(), zone=zones)
@law
def test_the_holder_at_an_instant_is_the_one_rendered(data: Data, zone: str) -> None:
    schedule, since = data.draw(schedules(zone)), data.draw(moments(zone))
    until = since + timedelta(days=20)
    shifts = render(schedule, since, until)

    edges = {edge for shift in shifts for edge in (shift.start, shift.end)} - {until}
    for now in [since, since + data.draw(few_days), *edges]:
        expected = [shift.user_id for shift in shifts if shift.start <= now < shift.end]
        holder = holder_at(schedule, now)
        assert expected == [holder] * (holder is not None)


@given(data=st.data(), zone=zones)
@law
def test_a_shift_of_less_than_a_year_has_the_same_ends_whenever_one_asks(
    data: Data, zone: str
) -> None:
    schedule, since = data.draw(schedules(zone)), data.draw(moments(zone))
    until = since + data.draw(few_days)

    for clipped, real in zip(
        render(schedule, since, until),
        render(schedule, since, until, overflow=True),
        strict=True,
    ):
        assert (clipped.start, clipped.end) == (max(since, real.start), min(until, real.end))
        if real.end - real.start < timedelta(days=365):
            assert real == shift_at(schedule, real.start) == shift_at(schedule, clipped.start)


@given(data=st.data(), zone=zones)
@law
def test_the_override_created_last_always_wins(data: Data, zone: str) -> None:
    schedule, start = data.draw(schedules(zone)), data.draw(moments(zone))
    end = start + timedelta(hours=1) + data.draw(few_days)
    last = an_override("ERIN", start, end, created=FROM + timedelta(days=30))
    overridden = msgspec.structs.replace(schedule, overrides=(last, *schedule.overrides))

    assert (a_shift("ERIN", start, end),) == render(overridden, start, end)
    before = start - timedelta(days=2)
    assert render(schedule, before, start) == render(overridden, before, start)
    assert render(schedule, end, end + timedelta(days=2)) == render(
        overridden, end, end + timedelta(days=2)
    )


@given(data=st.data(), zone=zones)
@law
def test_the_last_layer_that_has_somebody_always_wins(data: Data, zone: str) -> None:
    schedule = a_schedule(*data.draw(stacks(zone)), zone=zone)
    now = data.draw(moments(zone))

    shifts = [
        shift
        for layer in schedule.layers
        for shift in render_layer(schedule, layer.id, now, now + timedelta(microseconds=1))
    ]
    assert (shifts[-1].user_id if shifts else None) == holder_at(schedule, now)


@given(data=st.data(), zone=zones)
@law
def test_an_edit_leaves_the_past_as_it_was(data: Data, zone: str) -> None:
    schedule, edited_at = data.draw(schedules(zone)), data.draw(moments(zone))
    past = tuple(revision for revision in schedule.past if revision.until < edited_at)
    former = Revision(until=edited_at, time_zone=zone, layers=schedule.layers)
    schedule = msgspec.structs.replace(schedule, past=past)
    edited = msgspec.structs.replace(
        schedule,
        time_zone=data.draw(zones),
        layers=data.draw(stacks(zone)),
        past=(*past, former),
    )

    since, until = edited_at - timedelta(days=10), edited_at + timedelta(days=10)
    unedited = msgspec.structs.replace(edited, past=())
    assert render(schedule, since, edited_at) == render(edited, since, edited_at)
    assert render(unedited, edited_at, until) == render(edited, edited_at, until)
