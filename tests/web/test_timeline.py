"""The timeline's geometry: where days, shifts and gaps lie, also when clocks are moved."""

from datetime import date, timedelta

import pytest

from tests.domain.strategies import a_shift, at
from tocsin.domain.duty.schedule import FOREVER, Gap, Range, Shift
from tocsin.web.days import date_in, days, first_instant
from tocsin.web.duty.lettering import fit, short_names
from tocsin.web.duty.timeline import Block, Frame, Line, Picture, Scale, draw

VIENNA, NEW_YORK = "Europe/Vienna", "America/New_York"
WEEKS = {
    "summer": (VIENNA, "2026-03-23 00:00", 167, {6: "23 h"}),
    "winter": (VIENNA, "2026-10-19 00:00", 169, {6: "25 h"}),
    "american summer": (NEW_YORK, "2026-03-02 00:00", 167, {6: "23 h"}),
    "american winter": (NEW_YORK, "2026-10-26 00:00", 169, {6: "25 h"}),
    "half an hour": ("Australia/Lord_Howe", "2026-03-30 00:00", 168.5, {6: "24.5 h"}),
    "plain": (VIENNA, "2026-11-16 00:00", 168, {}),
}


def week(start: str = "2026-11-16 00:00", zone: str = VIENNA) -> Range:
    since = at(start, zone)
    return Range(since, first_instant(date_in(zone, since) + timedelta(days=7), zone))


def picture(
    *shifts: Shift,
    asked: Range | None = None,
    zones: tuple[str, ...] = (VIENNA,),
    gaps: tuple[Gap, ...] = (),
    scale: Scale = "week",
    now: str = "2026-11-18 12:00",
) -> Picture:
    asked = asked or week(zone=zones[0])
    frame = Frame(
        asked=asked,
        now=at(now, zones[0]),
        zones=zones,
        names={"ANN": "Ann Adams", "BEN": "Ben Beta"},
        viewer_id="BEN",
        scale=scale,
    )
    return draw(frame, [Line(name="Final", kind="final", shifts=shifts, gaps=gaps)])


def the_block(drawn: Picture) -> Block:
    [row] = drawn.rows
    [block] = row.blocks
    return block


def test_a_shift_lies_where_its_time_is() -> None:
    shift = a_shift("ANN", at("2026-11-17 12:00", VIENNA), at("2026-11-19 00:00", VIENNA))
    block = the_block(picture(shift))

    assert (block.x, block.width) == pytest.approx((100 * 36 / 168, 100 * 36 / 168), abs=1e-3)
    assert (block.name.wide, block.hours.wide) == ("Ann Adams", "Tue 12:00 to Thu 00:00")
    assert block.title == "Ann Adams from Tue 17 Nov 12:00 to Thu 19 Nov 00:00 (Europe/Vienna)"


def test_a_shift_is_cut_at_both_ends_and_still_told_whole() -> None:
    shift = a_shift("BEN", at("2026-11-02 09:00", VIENNA), at("2026-12-01 09:00", VIENNA))
    block = the_block(picture(shift))

    assert (block.x, block.width) == (0, 100)
    assert (block.start, block.end) == (shift.start, shift.end)
    assert block.hours.wide == ""
    assert block.is_mine


def test_a_shift_without_an_end_is_told_so() -> None:
    block = the_block(picture(a_shift("ANN", at("2026-11-18 09:00", VIENNA), FOREVER)))

    assert block.title == "Ann Adams from Wed 18 Nov 09:00 on (Europe/Vienna)"
    assert block.hours.wide == "from Wed 09:00"


def test_a_shift_that_began_before_says_only_when_it_ends() -> None:
    shift = a_shift("ANN", at("2026-11-10 09:00", VIENNA), at("2026-11-18 09:00", VIENNA))

    assert the_block(picture(shift)).hours.wide == "until Wed 09:00"


def test_a_gap_is_nobodys() -> None:
    gap = Gap(start=at("2026-11-21 22:00", VIENNA), end=at("2026-11-22 22:00", VIENNA))
    block = the_block(picture(gaps=(gap,)))

    assert (block.user_id, block.name.wide) == ("", "Nobody")
    assert block.title.startswith("Nobody from Sat 21 Nov 22:00 to Sun 22 Nov 22:00")


def test_labels_shrink_with_their_blocks() -> None:
    hour = timedelta(hours=1)
    start = at("2026-11-17 00:00", VIENNA)

    def name_of(hours: int) -> str:
        return the_block(picture(a_shift("ANN", start, start + hours * hour))).name.narrow

    assert [name_of(hours) for hours in (48, 20, 12, 10, 2)] == [
        "Ann Adams",
        "Ann A.",
        "Ann",
        "AA",
        "",
    ]


@pytest.mark.parametrize("case", WEEKS)
def test_days_are_as_long_as_they_are_where_clocks_are_moved(case: str) -> None:
    zone, start, hours, odd = WEEKS[case]
    asked = week(start, zone)
    [axis] = picture(asked=asked, zones=(zone,)).axes

    assert (asked.until - asked.since) / timedelta(hours=1) == hours
    assert {n: mark.length for n, mark in enumerate(axis.marks) if mark.length} == odd
    assert axis.marks[0].width == pytest.approx(100 * 24 / hours, abs=1e-3)
    assert sum(mark.width for mark in axis.marks) == pytest.approx(100, abs=1e-2)
    assert [mark.is_weekend for mark in axis.marks] == [False] * 5 + [True] * 2


def test_a_hand_off_at_nine_lies_at_nine_also_after_clocks_are_moved() -> None:
    asked = week("2026-10-19 00:00")
    block = the_block(
        picture(
            a_shift("ANN", at("2026-10-25 09:00", VIENNA), at("2026-10-26 00:00", VIENNA)),
            asked=asked,
        )
    )

    assert block.x == pytest.approx(100 * (6 * 24 + 10) / 169, abs=1e-3)
    assert block.hours.wide.startswith("Sun 09:00") or block.hours.wide.startswith("09:00")


def test_a_second_zone_has_an_axis_of_its_own() -> None:
    mine, theirs = picture(zones=(VIENNA, NEW_YORK)).axes

    assert [mark.date for mark in mine.marks] == [f"{day} Nov" for day in range(16, 23)]
    assert [mark.date for mark in theirs.marks] == ["", *(f"{day} Nov" for day in range(16, 23))]
    assert theirs.marks[1].x == pytest.approx(100 * 6 / 168, abs=1e-3)


def test_the_same_zone_twice_has_one_axis() -> None:
    assert len(picture(zones=(VIENNA, VIENNA)).axes) == 1


def test_a_day_has_hours_that_skip_what_clocks_skip() -> None:
    asked = Range(at("2026-03-29 00:00", VIENNA), at("2026-03-30 00:00", VIENNA))
    [axis] = picture(asked=asked, scale="day").axes

    assert [tick.text for tick in axis.ticks] == [f"{hour:02}:00" for hour in range(3, 24, 3)]
    assert axis.ticks[0].x == pytest.approx(100 * 2 / 23, abs=1e-3)


def test_now_is_a_line_only_where_it_is_seen() -> None:
    assert picture(now="2026-11-18 12:00").now_x == pytest.approx(100 * 60 / 168, abs=1e-3)
    assert picture(now="2026-11-23 00:00").now_x is None


def test_only_people_who_are_seen_are_explained_and_each_looks_different() -> None:
    names = {f"P{n}": f"Person {n}" for n in range(15)}
    start = at("2026-11-17 00:00", VIENNA)
    shifts = [a_shift(id_, start, start + timedelta(hours=1)) for id_ in names]
    frame = Frame(asked=week(), now=start, zones=(VIENNA,), names=names | {"GONE": "Nobody"})
    drawn = draw(frame, [Line(name="Final", kind="final", shifts=shifts)])

    assert [person.name for person in drawn.people] == list(names.values())
    assert len({(person.tint, person.weave) for person in drawn.people}) == 15


def test_a_month_is_named_on_its_first_day_and_on_the_first_of_the_next() -> None:
    asked = Range(at("2026-11-16 00:00", VIENNA), at("2026-12-16 00:00", VIENNA))
    [axis] = picture(asked=asked, scale="month").axes
    told = [(mark.weekday, mark.date) for mark in axis.marks]

    assert told[:2] == [("Nov", "16"), ("Tue", "17")]
    assert told[14:17] == [("Mon", "30"), ("Dec", "1"), ("Wed", "2")]


def test_a_gap_tells_only_the_ends_that_it_has_within_the_days() -> None:
    asked = week()
    whole = Gap(start=asked.since, end=asked.until)
    first = Gap(start=asked.since, end=at("2026-11-18 08:00", VIENNA))

    assert the_block(picture(gaps=(whole,))).hours.wide == ""
    assert the_block(picture(gaps=(first,))).hours.wide == "until Wed 08:00"


def test_midnight_that_clocks_skip_is_the_instant_after_and_a_skipped_date_is_no_day() -> None:
    assert first_instant(date(2026, 4, 24), "Africa/Cairo") == at(
        "2026-04-24 01:00", "Africa/Cairo"
    )
    samoa = Range(at("2011-12-28 00:00", "Pacific/Apia"), at("2012-01-01 00:00", "Pacific/Apia"))
    assert [day.date.day for day in days(samoa, "Pacific/Apia")] == [28, 29, 31]


def test_first_names_stand_alone_only_where_nobody_else_has_them() -> None:
    names = {"A": "Ann Adams", "B": "Ann Beta", "C": "Carol van Dyk", "D": "Cher", "E": ""}

    assert short_names(names) == {
        "A": ("Ann Adams", "Ann A.", "AA"),
        "B": ("Ann Beta", "Ann B.", "AB"),
        "C": ("Carol van Dyk", "Carol D.", "Carol", "CD"),
        "D": ("Cher", "C"),
        "E": ("",),
    }


def test_broad_letters_need_more_room() -> None:
    assert fit(("illi",), 34) == "illi"
    assert fit(("WMWM", "W"), 34) == "W"
    assert fit(("日本",), 34) == ""
