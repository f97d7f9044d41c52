"""Grouping: whether a new alert joins an open incident of its service instead of beginning one.

``alert_grouping`` says what may be set. This is what comes of it:

- ``time``: alerts that come within so many minutes of the incident's beginning are one incident.
- ``content_based``: alerts are one incident when all (or any) of the named fields are equal. What
  is missing or empty equals nothing.
- ``intelligent``: alerts are one incident when their summaries are alike. Of a summary, the words
  count that have no digit in them: hosts, numbers and ids differ from alert to alert. Two
  summaries are alike when at least two thirds of all their words stand in both.

The latter two look at all alerts of an incident, and only at incidents that were joined within the
time window. With each alert the window begins anew, for a day at most.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import msgspec
from msgspec.structs import replace

from tocsin.domain.intake.event import Event
from tocsin.domain.response.incident import MOST_ALERTS, Incident

Traits = frozenset[str]

RECOMMENDED_WINDOW: Final = 300  # seconds: what a window of 0 means
DAY: Final = timedelta(days=1)
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)
DETAILS: Final = "custom_details"
FIELDS: Final = ("summary", "source", "component", "group", "class", "severity")

_BETWEEN_WORDS: Final = re.compile(r"[\s,;:!?=/|<>(){}\[\]\"'“”]+")
_HAS_DIGIT: Final = re.compile(r"\d")
_LONG_HEXADECIMAL: Final = re.compile(r"[0-9a-f]{8,}")


class Grouping(msgspec.Struct, frozen=True, kw_only=True):
    """How a service groups. ``window`` None: as long as the incident is open."""

    by: Literal["time", "all", "any", "likeness"]
    window: timedelta | None
    fields: tuple[str, ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """An incident that may be joined, and what its alerts are known by."""

    incident_id: str
    began: datetime
    last_alert_at: datetime
    alerts: int = 0
    traits: frozenset[Traits] = frozenset()


def grouping_of(parameters: Mapping[str, Any] | None) -> Grouping | None:
    """Read a setting that has no faults; None groups nothing."""
    if parameters is None:
        return None
    kind, config = parameters["type"], parameters.get("config", {})
    if kind == "time":
        minutes = config.get("timeout", 0)
        return Grouping(by="time", window=timedelta(minutes=minutes) if minutes else None)
    window = timedelta(seconds=config.get("time_window") or RECOMMENDED_WINDOW)
    if kind == "intelligent":
        return Grouping(by="likeness", window=window)
    return Grouping(by=config["aggregate"], window=window, fields=tuple(config["fields"]))


def traits_of(grouping: Grouping, event: Event) -> Traits:
    """Return what an alert is known by when it is compared with others; nothing matches none."""
    if grouping.by == "time":
        return frozenset()
    if grouping.by == "likeness":
        return _words(event.summary)
    found = {f"{field}={text}" for field in grouping.fields if (text := _content(event, field))}
    is_whole = grouping.by == "any" or len(found) == len(set(grouping.fields))
    return frozenset(found) if is_whole else frozenset()


def horizon(grouping: Grouping, now: datetime) -> tuple[datetime, datetime]:
    """Return how long ago an incident may have begun, and have got its last alert."""
    if grouping.window is None:
        return LONG_AGO, LONG_AGO
    if grouping.by == "time":
        return now - grouping.window, LONG_AGO
    return now - DAY, now - grouping.window


def is_field(name: str) -> bool:
    """Say whether events can have a field of this name."""
    return name in FIELDS or name.partition(".")[0] == DETAILS


def fits(grouping: Grouping, group: Group, traits: Traits, now: datetime) -> bool:
    """Say whether an alert with these traits belongs to these."""
    if group.alerts >= MOST_ALERTS or not _matches(grouping, group, traits):
        return False
    begun_since, heard_since = horizon(grouping, now)
    return group.began >= begun_since and group.last_alert_at >= heard_since


def joined(group: Group, traits: Traits, now: datetime) -> Group:
    """Count one more alert."""
    return replace(
        group, last_alert_at=now, alerts=group.alerts + 1, traits=group.traits | {traits}
    )


def may_be_joined(incident: Incident, service_id: str) -> bool:
    """Say whether an incident still takes alerts of this service."""
    is_here = incident.service_id == service_id and incident.merged_into is None
    return is_here and incident.is_open


def _matches(grouping: Grouping, group: Group, traits: Traits) -> bool:
    if grouping.by == "time":
        return True
    if grouping.by == "all":
        return bool(traits) and traits in group.traits
    are_one = _are_alike if grouping.by == "likeness" else _share
    return any(are_one(traits, others) for others in group.traits)


def _share(some: Traits, others: Traits) -> bool:
    return not some.isdisjoint(others)


def _are_alike(some: Traits, others: Traits) -> bool:
    both = len(some & others)
    return both > 0 and 3 * both >= 2 * len(some | others)


def _words(summary: str) -> Traits:
    """Return the words that tell what is wrong; where only numbers are said, these."""
    words = {word.strip(".-_#*") for word in _BETWEEN_WORDS.split(summary.casefold())} - {""}
    return frozenset(word for word in words if not _is_id(word)) or frozenset(words)


def _is_id(word: str) -> bool:
    return bool(_HAS_DIGIT.search(word) or _LONG_HEXADECIMAL.fullmatch(word))


def _content(event: Event, field: str) -> str:
    """Return what an event says in a field, as JSON, in which 1 is not true; "" is nothing."""
    value = _value(event, field)
    return "" if value in (None, "") else msgspec.json.encode(value, order="sorted").decode()


def _value(event: Event, field: str) -> Any:
    if field in FIELDS:
        return getattr(event, "event_class" if field == "class" else field)
    name, *path = field.split(".")
    value = event.custom_details if name == DETAILS else None
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
