"""Calendars as programs read them: iCalendar, in UTC."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import msgspec
from icalendar import Calendar, Event, vDuration, vText

from tocsin.domain.duty.calendar import Entry
from tocsin.kit.text import one_line
from tocsin.usecases.duty.calendars import Feed, Level

KIND: Final = "text/calendar"
FETCHED_EVERY: Final = timedelta(hours=1)
LONGEST: Final = 255  # characters of a line that a person reads

_MAKER: Final = "-//Tocsin//On call//EN"


def mark(feed: Feed) -> str:
    """Return what stays the same as long as the calendar says the same."""
    return hashlib.sha256(msgspec.json.encode(feed)).hexdigest()[:32]


def write(feed: Feed, public_url: str, now: datetime) -> bytes:
    """Return a calendar as a file."""
    calendar = Calendar()
    calendar.add("prodid", _MAKER)
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", vText(one_line(_name(feed), LONGEST)))
    calendar.add("x-wr-caldesc", vText(_description(feed)))
    calendar.add("refresh-interval", vDuration(FETCHED_EVERY), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(FETCHED_EVERY))
    for entry in feed.entries:
        calendar.add_component(_event(feed, entry, public_url, now))
    return bytes(calendar.to_ical())


def _event(feed: Feed, entry: Entry, public_url: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.uid}@{urlsplit(public_url).hostname}")
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("dtstart", entry.start)
    event.add("dtend", entry.end)
    event.add("summary", one_line(_summary(feed, entry), LONGEST))
    levels = feed.levels[entry.schedule_id]
    if levels:
        event.add("description", f"Pages for {_spoken(levels)}.")
    event.add("url", f"{public_url}/schedules/{entry.schedule_id}")
    event.add("transp", "TRANSPARENT")  # being on call is not being busy
    return event


def _name(feed: Feed) -> str:
    if feed.schedule_id:
        return f"On call: {feed.schedules[feed.schedule_id]}"
    return f"On call: {feed.owner.name}"


def _description(feed: Feed) -> str:
    if feed.schedule_id:
        return "Who is on call, from Tocsin."
    always = f" Besides, always paged for {_spoken(feed.named)}." if feed.named else ""
    return f"When {one_line(feed.owner.name, LONGEST)} is on call, from Tocsin.{always}"


def _summary(feed: Feed, entry: Entry) -> str:
    schedule = feed.schedules[entry.schedule_id]
    if feed.schedule_id:
        return f"On call: {feed.people[entry.user_id]} ({schedule})"
    return f"On call: {schedule}"


def _spoken(levels: Iterable[Level]) -> str:
    return ", ".join(f"{one_line(each.policy, LONGEST)} (level {each.number})" for each in levels)
