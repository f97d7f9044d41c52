"""Which open incident a new alert belongs to, setting by setting, to the second."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.domain.scene import NOON, begun
from tocsin.domain.intake.event import Event
from tocsin.domain.intake.grouping import (
    Group,
    Traits,
    fits,
    grouping_of,
    is_field,
    joined,
    may_be_joined,
    traits_of,
)
from tocsin.domain.response.incident import MOST_ALERTS

SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)
EVENT = Event(action="trigger", dedup_key="disk", summary="Disk full", severity="critical")


def content(aggregate: str, *fields: str, window: int = 0) -> dict[str, Any]:
    config = {"aggregate": aggregate, "fields": list(fields), "time_window": window}
    return {"type": "content_based", "config": config}


def time(minutes: int) -> dict[str, Any]:
    return {"type": "time", "config": {"timeout": minutes}}


ALIKE: dict[str, Any] = {"type": "intelligent", "config": {}}


def are_one(
    setting: dict[str, Any],
    first: Event,
    second: Event,
    *,
    began: timedelta = timedelta(),
    heard: timedelta = timedelta(),
) -> bool:
    """Say whether an alert joins an incident of this age that last got an alert then."""
    grouping = grouping_of(setting)
    assert grouping is not None
    group = Group(incident_id="INCIDENT", began=NOON - began, last_alert_at=NOON - heard)
    group = joined(group, traits_of(grouping, first), NOON - heard)
    return fits(grouping, group, traits_of(grouping, second), NOON)


def test_a_service_without_the_setting_groups_nothing() -> None:
    assert grouping_of(None) is None


@pytest.mark.parametrize(
    ("minutes", "age", "joins"),
    [
        (10, 10 * MINUTE, True),
        (10, 10 * MINUTE + SECOND, False),
        (0, 400 * DAY, True),
        (1440, DAY, True),
    ],
)
def test_by_time_the_window_is_counted_from_the_beginning(
    minutes: int, age: timedelta, joins: bool
) -> None:
    other = replace(EVENT, summary="Something else")

    assert are_one(time(minutes), EVENT, other, began=age) is joins
    assert are_one({"type": "time"}, EVENT, other, began=age)


@pytest.mark.parametrize("setting", [content("all", "severity"), ALIKE])
def test_a_window_of_nought_is_five_minutes_since_the_last_alert_and_a_day_in_all(
    setting: dict[str, Any],
) -> None:
    assert are_one(setting, EVENT, EVENT, began=DAY, heard=5 * MINUTE)
    assert not are_one(setting, EVENT, EVENT, began=DAY, heard=5 * MINUTE + SECOND)
    assert not are_one(setting, EVENT, EVENT, began=DAY + SECOND, heard=MINUTE)


def test_a_window_is_as_long_as_it_was_set() -> None:
    whole_day = content("all", "severity", window=86_400)

    assert are_one(content("all", "severity", window=600), EVENT, EVENT, heard=10 * MINUTE)
    assert are_one(whole_day, EVENT, EVENT, began=DAY, heard=DAY)


FULL = replace(
    EVENT,
    source="web-1",
    component="disk",
    group="web",
    event_class="storage",
    custom_details={"rack": {"row": 7}, "on": True, "empty": ""},
)


@pytest.mark.parametrize(
    ("fields", "change", "joins"),
    [
        (["summary", "severity"], {}, True),
        (["source", "component", "group", "class"], {}, True),
        (["source", "component"], {"component": "cpu"}, False),
        (["source"], {"component": "cpu"}, True),
        (["source", "source"], {}, True),
        (["class"], {"event_class": "network"}, False),
        (["source"], {"source": None}, False),
        (["source", "component"], {"source": ""}, False),
        (["custom_details.rack.row"], {}, True),
        (["custom_details.rack"], {}, True),
        (["custom_details"], {}, True),
        (["custom_details.on"], {"custom_details": {"on": 1}}, False),
        (["custom_details.rack.row"], {"custom_details": "row 7"}, False),
        (["custom_details.rack.row.seat"], {}, False),
        (["custom_details.empty"], {}, False),
        (["custom_details.other"], {}, False),
        (["event_class"], {}, False),
        (["typo"], {}, False),
    ],
)
def test_by_content_all_fields_must_be_there_and_equal(
    fields: list[str], change: dict[str, Any], joins: bool
) -> None:
    assert are_one(content("all", *fields), FULL, replace(FULL, **change)) is joins


def test_a_field_has_a_name_that_events_have() -> None:
    for name in ("summary", "class", "custom_details", "custom_details.rack.row"):
        assert is_field(name)
    for name in ("sorce", "event_class", "custom_detail.rack", ""):
        assert not is_field(name)


@pytest.mark.parametrize(
    ("change", "joins"),
    [
        ({"component": "cpu"}, True),
        ({"component": "cpu", "source": "web-2"}, False),
        ({"component": None}, True),
        ({"component": "web-1", "source": "disk"}, False),
    ],
)
def test_by_content_any_field_may_be_the_equal_one(change: dict[str, Any], joins: bool) -> None:
    setting = content("any", "source", "component", "custom_details.typo")

    assert are_one(setting, FULL, replace(FULL, **change)) is joins


@pytest.mark.parametrize(
    ("one", "other", "joins"),
    [
        ("Disk full on web-1", "Disk full on web-22", True),
        ("DISK FULL on web-1.", "disk full: on web-1", True),
        ("Backup 550e8400-e29b-41d4-a716-446655440000 failed", "Backup deadbeef failed", True),
        ("CPU at 95% on db01 (critical)", "CPU at 99.5% on db07 (critical)", True),
        ("Disk full on web-1", "Memory full on web-1", False),
        ("Checkout is slow", "Checkout is down", False),
        ("Payments of shops are slow today", "Payments of shops are slow", True),
        ("a b c", "a b c d", True),
        ("a b", "a b c", True),
        ("a b c", "a b d", False),
        ("502", "502", True),
        ("502", "503", False),
        ("...", "...", False),
        ("", "", False),
    ],
)
def test_summaries_are_alike_when_two_thirds_of_their_words_are_the_same(
    one: str, other: str, joins: bool
) -> None:
    some, others = replace(EVENT, summary=one), replace(EVENT, summary=other)

    assert are_one(ALIKE, some, others) is joins
    assert are_one(ALIKE, others, some) is joins


@given(st.text(), st.text())
def test_likeness_knows_no_direction(one: str, other: str) -> None:
    some, others = replace(EVENT, summary=one), replace(EVENT, summary=other)

    assert are_one(ALIKE, some, others) is are_one(ALIKE, others, some)


def test_each_alert_of_an_incident_can_be_the_one_that_fits() -> None:
    grouping = grouping_of(content("any", "source", "component"))
    assert grouping is not None

    def known_by(source: str, component: str) -> Traits:
        return traits_of(grouping, replace(EVENT, source=source, component=component))

    group = Group(incident_id="INCIDENT", began=NOON, last_alert_at=NOON)
    for traits in (known_by("web-1", "disk"), known_by("web-1", "cpu"), known_by("web-2", "cpu")):
        group = joined(group, traits, NOON)

    assert (group.alerts, group.last_alert_at) == (3, NOON)
    assert fits(grouping, group, known_by("web-3", "disk"), NOON)
    assert not fits(grouping, group, known_by("web-3", "fan"), NOON)


def test_a_full_incident_is_joined_by_nothing() -> None:
    grouping = grouping_of(time(0))
    assert grouping is not None
    group = Group(incident_id="INCIDENT", began=NOON, last_alert_at=NOON, alerts=MOST_ALERTS - 1)

    assert fits(grouping, group, frozenset(), NOON)
    assert not fits(grouping, joined(group, frozenset(), NOON), frozenset(), NOON)


def test_only_an_open_incident_of_the_same_service_that_was_not_merged_is_joined() -> None:
    incident = begun()

    assert may_be_joined(incident, incident.service_id)
    assert not may_be_joined(incident, "ELSEWHERE")
    assert not may_be_joined(replace(incident, status="resolved"), incident.service_id)
    assert not may_be_joined(replace(incident, merged_into="OTHER"), incident.service_id)
