"""The verdict on each event, case by case."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.domain.scene import NOON, begun, new
from tocsin.domain.intake.event import Action, Event, Severity
from tocsin.domain.intake.triage import (
    AcknowledgeIncident,
    Append,
    AppendAndOpen,
    Case,
    Drop,
    JoinIncident,
    OpenAlert,
    RecordOnly,
    ResolveAlert,
    Verdict,
    triage,
)
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.alert import Alert

ALERT = Alert(
    id="ALERT",
    service_id="WEBSHOP",
    integration_id="PROMETHEUS",
    incident_id="INCIDENT",
    dedup_key="disk",
    summary="Disk full",
    severity="error",
    created_at=NOON,
    updated_at=NOON,
)
ATTACHED: dict[str, Any] = {"alert": ALERT, "incident_open": True, "open_alerts": 1}
LOST: dict[str, Any] = {"alert": replace(ALERT, suppressed=True, incident_id=None)}
GROUPED: dict[str, Any] = {"joins": begun()}
DISABLED, MAINTAINED = {"service_disabled": True}, {"in_maintenance": True}
UNKNOWN = Drop("No open alert has this dedup key.")
NOTHING_TO_ACKNOWLEDGE = Drop("The alert has no open incident to acknowledge.")


@pytest.mark.parametrize(
    ("action", "known", "verdict"),
    [
        ("trigger", {}, OpenAlert()),
        ("trigger", ATTACHED, Append(louder=False)),
        ("trigger", LOST, AppendAndOpen()),
        ("trigger", DISABLED, RecordOnly()),
        ("trigger", MAINTAINED, RecordOnly()),
        ("trigger", MAINTAINED | ATTACHED, Append(louder=False)),
        ("trigger", MAINTAINED | LOST, Append(louder=False)),
        ("trigger", GROUPED, JoinIncident("INCIDENT", louder=False)),
        ("trigger", GROUPED | ATTACHED, Append(louder=False)),
        ("trigger", GROUPED | MAINTAINED, RecordOnly()),
        ("trigger", GROUPED | DISABLED, RecordOnly()),
        ("acknowledge", GROUPED, UNKNOWN),
        ("resolve", GROUPED, UNKNOWN),
        ("acknowledge", {}, UNKNOWN),
        ("acknowledge", ATTACHED, AcknowledgeIncident()),
        ("acknowledge", ATTACHED | MAINTAINED, AcknowledgeIncident()),
        ("acknowledge", LOST, NOTHING_TO_ACKNOWLEDGE),
        ("resolve", {}, UNKNOWN),
        ("resolve", ATTACHED, ResolveAlert(and_incident=True)),
        ("resolve", ATTACHED | {"open_alerts": 2}, ResolveAlert(and_incident=False)),
        ("resolve", ATTACHED | MAINTAINED, ResolveAlert(and_incident=True)),
        ("resolve", ATTACHED | DISABLED, ResolveAlert(and_incident=True)),
        ("resolve", LOST, ResolveAlert(and_incident=False)),
    ],
)
def test_what_an_event_means(action: Action, known: dict[str, Any], verdict: Verdict) -> None:
    event = Event(action=action, dedup_key="disk", severity="error")

    assert triage(Case(event=event, **known)) == verdict


@pytest.mark.parametrize(
    ("before", "now", "louder"),
    [
        ("info", "critical", True),
        ("warning", "error", True),
        ("warning", None, True),
        ("info", "warning", False),
        ("error", "critical", False),
        ("critical", "warning", False),
        (None, "critical", False),
    ],
)
def test_an_alert_becomes_louder_when_its_severity_first_asks_for_high_urgency(
    before: Severity | None, now: Severity | None, louder: bool
) -> None:
    alert = replace(ALERT, severity=before)
    event = Event(action="trigger", dedup_key="disk", severity=now)

    verdict = triage(Case(event=event, alert=alert, incident_open=True, open_alerts=1))

    assert verdict == Append(louder=louder)


@pytest.mark.parametrize(
    ("urgency", "severity", "louder"),
    [
        ("low", "critical", True),
        ("low", None, True),
        ("low", "warning", False),
        ("high", "critical", False),
    ],
)
def test_an_incident_becomes_louder_when_a_severe_alert_joins_it(
    urgency: Urgency, severity: Severity | None, louder: bool
) -> None:
    event = Event(action="trigger", dedup_key="disk", severity=severity)

    verdict = triage(Case(event=event, joins=begun(new(urgency=urgency))))

    assert verdict == JoinIncident("INCIDENT", louder=louder)
