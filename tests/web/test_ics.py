"""Calendars as files: what a calendar program reads when it parses them."""

from datetime import datetime, timedelta
from typing import Any

import icalendar
from msgspec.structs import replace

from tests.team import NOON
from tocsin.domain.duty.calendar import Entry
from tocsin.domain.people.user import User
from tocsin.usecases.duty.calendars import Feed, Level
from tocsin.web.duty.ics import mark, write

URL = "https://oncall.example.com"
ANN = User(id="PANN", name="Ann", email="ann@example.com", created_at=NOON)
SHIFT = Entry(
    uid="PX-PANN-20260302T120000Z",
    schedule_id="PX",
    user_id="PANN",
    start=NOON,
    end=NOON + timedelta(days=7),
)
OWN = Feed(
    owner=ANN,
    schedule_id=None,
    entries=[SHIFT],
    schedules={"PX": "Checkout (primary)"},
    people={"PANN": "Ann"},
    levels={"PX": [Level("Web", 1), Level("Payments, EU", 2)]},
)


def parsed(feed: Feed, now: datetime = NOON) -> Any:
    return icalendar.Calendar.from_ical(write(feed, URL, now))


def test_a_shift_becomes_an_event_in_utc() -> None:
    [event] = parsed(OWN).walk("VEVENT")

    assert event["summary"] == "On call: Checkout (primary)"
    assert event["uid"] == "PX-PANN-20260302T120000Z@oncall.example.com"
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (SHIFT.start, SHIFT.end)
    assert event["dtstart"].to_ical() == b"20260302T120000Z"
    assert event.decoded("dtstamp") == NOON
    assert event["description"] == "Pages for Web (level 1), Payments, EU (level 2)."
    assert event["url"] == f"{URL}/schedules/PX"
    assert event["transp"] == "TRANSPARENT"


def test_a_calendar_of_a_schedule_says_whose_each_shift_is() -> None:
    calendar = parsed(replace(OWN, schedule_id="PX", levels={"PX": []}))
    [event] = calendar.walk("VEVENT")

    assert calendar["x-wr-calname"] == "On call: Checkout (primary)"
    assert event["summary"] == "On call: Ann (Checkout (primary))"
    assert "description" not in event


def test_a_calendar_has_a_name_and_says_how_often_to_fetch_it() -> None:
    calendar = parsed(OWN)

    assert calendar["x-wr-calname"] == "On call: Ann"
    assert calendar.decoded("refresh-interval") == timedelta(hours=1)
    assert calendar["refresh-interval"].params["value"] == "DURATION"
    assert calendar["version"] == "2.0"
    assert calendar.errors == []


def test_whom_a_policy_names_is_told_so_instead_of_having_an_endless_event() -> None:
    calendar = parsed(replace(OWN, named=[Level("Owners", 3)]))

    assert "always paged for Owners (level 3)." in calendar["x-wr-caldesc"]


def test_names_of_others_cannot_add_lines_of_their_own() -> None:
    evil = "Night\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:evil; \x07" + "e" * 300
    feed = replace(OWN, schedules={"PX": evil}, owner=replace(ANN, name=evil))

    [event] = parsed(feed).walk("VEVENT")
    assert event["summary"].startswith("On call: Night END:VEVENT BEGIN:VEVENT SUMMARY:evil; ")
    assert len(event["summary"]) == 255


def test_the_mark_changes_with_what_is_said_and_not_with_the_time() -> None:
    later = replace(OWN, entries=[replace(SHIFT, end=SHIFT.end + timedelta(hours=1))])

    assert mark(OWN) == mark(replace(OWN, entries=[SHIFT]))
    assert mark(OWN) != mark(later)
