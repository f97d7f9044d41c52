"""Drafts of schedules: what buttons make of them, and what layers come of what was typed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from starlette.datastructures import ImmutableMultiDict

from tests.domain.strategies import (
    DAY,
    HOUR,
    WEEK,
    a_layer,
    a_schedule,
    at,
    daily,
    weekly,
)
from tocsin.domain.duty.rendering import shift_at
from tocsin.domain.duty.schedule import Layer, Schedule
from tocsin.usecases.errors import Invalid
from tocsin.web.duty.schedule_draft import (
    Draft,
    LayerDraft,
    WindowDraft,
    blank,
    draft_of,
    press,
    read_draft,
)
from tocsin.web.duty.schedule_wish import wish_of

VIENNA = "Europe/Vienna"
NOW = at("2026-11-21 12:00", VIENNA)
START = at("2026-10-01 09:00", VIENNA)
MONDAY = at("2026-09-28 09:00", VIENNA)


def drafted(*layers: LayerDraft) -> Draft:
    return Draft(name="Night", time_zone=VIENNA, layers=layers)


def typed(**given: Any) -> LayerDraft:
    plain: dict[str, Any] = {"start": "2026-11-25T12:00", "user_ids": ("ANN", "BEN")}
    return replace(LayerDraft(), **(plain | given))


def layer_of(draft: LayerDraft, before: Schedule | None = None) -> Layer:
    wish = wish_of(drafted(draft), before)
    assert isinstance(wish.layers, tuple)
    return wish.layers[0]


def existing(**given: Any) -> Schedule:
    layer = a_layer(START, "ANN", "BEN", "EVA", turn=WEEK, virtual_start=MONDAY)
    return a_schedule(replace(layer, **given), zone=VIENNA)


def edited(schedule: Schedule, **given: Any) -> Layer:
    [layer] = draft_of(schedule, NOW).layers
    return layer_of(replace(layer, **given), schedule)


def holder(layer: Layer, when: datetime) -> str | None:
    shift = shift_at(a_schedule(layer, zone=VIENNA), when)
    return shift.user_id if shift else None


def faults(*layers: LayerDraft, zone: str = VIENNA) -> tuple[str, ...]:
    with pytest.raises(Invalid) as caught:
        wish_of(Draft(name="Night", time_zone=zone, layers=layers), None)
    return caught.value.sentences


def test_a_new_layer_begins_with_its_first_person_whenever_the_hand_off_is() -> None:
    for day in "1234567":
        layer = layer_of(typed(day=day, time="09:00"))
        assert holder(layer, layer.start) == "ANN"
        first = layer.rotation_virtual_start
        assert first <= layer.start < first + timedelta(days=7)


@pytest.mark.parametrize(
    ("given", "turn", "anchor"),
    [
        ({"rotation": "daily"}, DAY, "2026-11-25 09:00"),
        ({"rotation": "daily", "time": "18:00"}, DAY, "2026-11-24 18:00"),
        ({"rotation": "weekly"}, WEEK, "2026-11-23 09:00"),
        ({"rotation": "weekly", "day": "7"}, WEEK, "2026-11-22 09:00"),
        ({"rotation": "custom", "count": "2", "unit": "weeks"}, 2 * WEEK, "2026-11-23 09:00"),
        ({"rotation": "custom", "count": "3", "unit": "days"}, 3 * DAY, "2026-11-25 09:00"),
        ({"rotation": "custom", "count": "12", "unit": "hours"}, 12 * HOUR, "2026-11-25 09:00"),
    ],
)
def test_turns_are_counted_from_the_last_hand_off_before_the_start(
    given: dict[str, Any], turn: int, anchor: str
) -> None:
    layer = layer_of(typed(**given))

    assert layer.turn_seconds == turn
    assert layer.rotation_virtual_start == at(anchor, VIENNA)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"end": at("2027-01-01 00:00", VIENNA)},
        {"turn_seconds": DAY},
        {"turn_seconds": 12 * HOUR},
        {"turn_seconds": 2 * WEEK},
        {"turn_seconds": 5400},
        {"rotation_virtual_start": at("2026-09-28 09:00:30", VIENNA)},
        {"rotation_virtual_start": at("2026-10-05 09:00", VIENNA)},
        {"start": START.replace(second=7, microsecond=5)},
        {"start": at("2026-10-25 02:30", VIENNA) + timedelta(hours=1)},
        {"restrictions": (daily("20:00", 12), daily("12:00", 0.5))},
        {"restrictions": (weekly(5, "18:00", 62), weekly(7, "22:15", 3), weekly(3, "00:00", 24))},
        {"restrictions": (daily("00:00:30", 23.99),)},
    ],
)
def test_what_is_saved_untouched_stays_what_it_is(given: dict[str, Any]) -> None:
    schedule = existing(**given)

    assert wish_of(draft_of(schedule, NOW), schedule).layers == schedule.layers


def test_of_several_teams_all_stay_unless_another_is_chosen() -> None:
    schedule = replace(existing(), team_ids=("PA", "PB"))
    draft = draft_of(schedule, NOW)

    assert wish_of(draft, schedule).team_ids == ("PA", "PB")
    assert wish_of(replace(draft, team_id="PC"), schedule).team_ids == ("PC",)
    assert wish_of(replace(draft, team_id=""), schedule).team_ids == ()


def test_layers_that_are_over_are_not_in_the_form() -> None:
    assert draft_of(existing(end=NOW), NOW).layers == ()


def test_another_hand_off_changes_nobodys_week() -> None:
    before = existing().layers[0]
    later = edited(existing(), time="17:30", day="2")

    assert later.rotation_virtual_start == at("2026-09-29 17:30", VIENNA)
    wednesday = at("2026-11-25 12:00", VIENNA)
    assert holder(before, wednesday) == holder(later, wednesday)


def test_a_hand_off_moved_behind_the_start_goes_back_by_a_whole_round() -> None:
    schedule = existing(rotation_virtual_start=START)
    later = edited(schedule, day="5")

    assert later.rotation_virtual_start == at("2026-09-11 09:00", VIENNA)


def test_an_earlier_start_keeps_the_count() -> None:
    schedule = existing(start=NOW, rotation_virtual_start=NOW)
    earlier = edited(schedule, start="2026-11-02T12:00", day="6", time="12:00")

    assert earlier.start == at("2026-11-02 12:00", VIENNA)
    assert (NOW - earlier.rotation_virtual_start) % timedelta(weeks=3) == timedelta()
    assert earlier.rotation_virtual_start <= earlier.start


def test_in_another_zone_the_clocks_show_the_same_there() -> None:
    schedule = existing()
    draft = replace(draft_of(schedule, NOW), time_zone="America/New_York")
    wish = wish_of(draft, schedule)

    assert isinstance(wish.layers, tuple)
    [layer] = wish.layers
    assert layer.rotation_virtual_start == at("2026-09-28 09:00", "America/New_York")
    assert layer.start == at("2026-10-01 09:00", "America/New_York")


def test_windows_become_restrictions_over_midnight_and_over_sunday() -> None:
    night = WindowDraft(kind="daily", opens="20:00", closes="08:00")
    weekend = WindowDraft(
        kind="weekly", opens_day="5", opens="18:00", closes_day="1", closes="08:00"
    )
    layer = layer_of(typed(windows=(night, weekend)))

    assert layer.restrictions == (daily("20:00", 12), weekly(5, "18:00", 62))


def test_what_cannot_be_read_is_told_by_the_number_of_its_layer() -> None:
    bad = WindowDraft(kind="weekly", opens_day="8")
    assert faults(
        typed(start="soon"),
        typed(end="2026-13-01T00:00"),
        typed(rotation="custom", count="many"),
        typed(rotation="custom", count="366", unit="days"),
        typed(time="noon"),
        typed(day="8"),
        typed(windows=(bad,)),
        typed(windows=(WindowDraft(opens=""),)),
    ) == (
        "Layer 1 start must be a date and a time.",
        "Layer 2 end must be a date and a time.",
        "Layer 3 must have turns of one hour to 365 days.",
        "Layer 4 must have turns of one hour to 365 days.",
        "Layer 5 hand-off must have a time, such as 09:00.",
        "Layer 6 hand-off must have a day of the week.",
        "Layer 7 restriction must have a day of the week.",
        "Layer 8 restriction must have a time, such as 09:00.",
    )


def test_a_start_that_comes_twice_must_say_which_is_meant() -> None:
    twice = typed(start="2026-10-25T02:30")

    [told] = faults(twice)
    assert told.startswith("Layer 1 start Sun 25 Oct 2026, 02:30 comes twice in Europe/Vienna")
    second = layer_of(replace(twice, start_which="second"))
    assert second.start == at("2026-10-25 02:30", VIENNA) + timedelta(hours=1)


def test_a_schedule_needs_a_zone_before_its_clocks_can_be_read() -> None:
    assert faults(typed(), zone="Mars/Base") == (
        "Time zone must be the name of a time zone, such as Europe/Vienna.",
    )


def test_a_new_schedule_begins_with_one_layer_from_now_on() -> None:
    [layer] = blank(VIENNA, NOW).layers

    assert (layer.start, layer.rotation, layer.user_ids) == ("2026-11-21T12:00", "weekly", ())


def test_a_form_is_read_with_whom_was_chosen_to_be_added() -> None:
    form = ImmutableMultiDict[str, str]([
        ("name", "Night"),
        ("time_zone", VIENNA),
        ("0-start", "2026-11-21T12:00"),
        ("0-user", "ANN"),
        ("0-user", "BEN"),
        ("0-add", "EVA"),
        ("0-0-opens", "20:00"),
        ("0-0-closes", "08:00"),
        ("1-start", ""),
        ("3-start", "after a hole"),
    ])  # fmt: skip
    draft = read_draft(form)

    assert (draft.name, draft.description, len(draft.layers)) == ("Night", "", 2)
    assert draft.layers[0].user_ids == ("ANN", "BEN", "EVA")
    assert draft.layers[0].windows == (WindowDraft(opens="20:00", closes="08:00"),)


PAIR = drafted(typed(name="Low"), typed(name="High"))


@pytest.mark.parametrize(
    ("do", "people", "layers"),
    [
        ("up-0-1", ("BEN", "ANN"), ["Low", "High"]),
        ("down-0-0", ("BEN", "ANN"), ["Low", "High"]),
        ("remove-0-0", ("BEN",), ["Low", "High"]),
        ("raise-layer-0", ("ANN", "BEN"), ["High", "Low"]),
        ("lower-layer-1", ("ANN", "BEN"), ["High", "Low"]),
        ("remove-layer-0", ("ANN", "BEN"), ["High"]),
        ("add-layer", ("ANN", "BEN"), ["Low", "High", ""]),
    ],
)
def test_a_button_changes_one_thing(do: str, people: tuple[str, ...], layers: list[str]) -> None:
    pressed = press(PAIR, do, VIENNA, NOW)

    assert (pressed.layers[0].user_ids, [layer.name for layer in pressed.layers]) == (
        people,
        layers,
    )


def test_windows_are_added_and_removed() -> None:
    added = press(press(PAIR, "add-window-1", VIENNA, NOW), "add-window-1", VIENNA, NOW)
    assert [len(layer.windows) for layer in added.layers] == [0, 2]

    removed = press(added, "remove-window-1-0", VIENNA, NOW)
    assert [len(layer.windows) for layer in removed.layers] == [0, 1]


@pytest.mark.parametrize(
    "do",
    ["", "up-0-0", "down-0-1", "up-9-1", "up-0", "up", "raise-layer-1", "lower-layer-0",
     "explode", "remove-0-0-0-0", "preview", "add-0", "UP-0-1", "up-0-1; drop"],
)  # fmt: skip
def test_a_button_that_means_nothing_changes_nothing(do: str) -> None:
    assert press(PAIR, do, VIENNA, NOW) == PAIR
