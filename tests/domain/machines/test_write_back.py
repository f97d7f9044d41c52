"""What tools are told back: when, by whom, and never what they have said themselves."""

from datetime import UTC, datetime

import pytest

from tocsin.domain.machines.write_back import (
    AtlasAlert,
    is_echo,
    is_of_atlas,
    name_of,
    path_of,
    told_to_atlas,
)
from tocsin.domain.response.log_entry import Agent, LogEntry

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ID = "65a50b0a1c9d440000000001"


@pytest.mark.parametrize(
    ("agent", "is_one"),
    [
        (Agent("integration", "PI"), True),
        (Agent("integration", "PO"), False),
        (Agent("user", "PI"), False),
        (None, False),
    ],
)
def test_an_echo_is_what_the_same_integration_said(agent: Agent | None, *, is_one: bool) -> None:
    entry = LogEntry(
        incident_id="Q1", type="acknowledge_log_entry", at=NOON, agent=agent, channel={}
    )

    assert is_echo(entry, "PI") == is_one


@pytest.mark.parametrize(
    ("group", "alert", "is_one"),
    [
        (ID, ID, True),
        ("", ID, False),
        (ID, "", False),
        (ID, "../" + ID, False),
        (ID, ID.upper(), False),
    ],
)
def test_ids_of_atlas_have_a_form(group: str, alert: str, *, is_one: bool) -> None:
    found = AtlasAlert(integration_id="PI", incident_id="Q1", group_id=group, alert_id=alert)

    assert is_of_atlas(found) == is_one


def test_atlas_is_told_for_a_day_and_by_whom() -> None:
    assert told_to_atlas("acknowledge", "Ann\n", NOON) == {
        "acknowledgedUntil": "2026-11-22T12:00:00Z",
        "acknowledgementComment": "Acknowledged in Tocsin by Ann",
    }
    long = told_to_atlas("acknowledge", "x" * 300, NOON)["acknowledgementComment"]
    assert len(long) == 200
    assert told_to_atlas("unacknowledge", "Ann", NOON) == {"unacknowledgeAlert": True}


def test_somebody_without_a_name_is_told_by_id() -> None:
    assert name_of(Agent("user", "PA", "Ann")) == "Ann"
    assert name_of(Agent("service", "PS")) == "PS"
    assert name_of(None) == "an app"
    assert path_of("g", "a") == "/api/atlas/v2/groups/g/alerts/a"
