"""What the timeline says."""

from typing import Any, get_args

import pytest

from tests.domain.scene import ALICE, BOB, CAROL, DAVE, NOON, SERVICE, person
from tocsin.domain.response.log_entry import Agent, LogEntry, LogEntryType
from tocsin.domain.response.sentences import sentence

NAMES = {ALICE: "Alice Adams", BOB: "Bob Brown", CAROL: "Carol Clark", "WEBSHOP": "Webshop"}
WEBSITE, AUTO, TIMEOUT = {"type": "website"}, {"type": "auto"}, {"type": "timeout"}
API, NOTE = {"type": "api"}, {"type": "note"}
BOT = Agent("integration", "GONE", "Prometheus")


def notified(**notification: str) -> dict[str, Any]:
    """Return the channel of a notify entry."""
    return {"type": "auto", "notification": notification}


def changed(field: str, new: str | None, **more: str) -> dict[str, Any]:
    """Return the details of a change."""
    return {"changeset": [{"field": field, "old": None, "new": new}], **more}


SENTENCES: list[tuple[str, Agent | None, dict[str, Any], dict[str, Any], str]] = [
    ("trigger", SERVICE, API, {}, "Triggered through the API"),
    ("trigger", person(ALICE), WEBSITE, {}, "Triggered through the website"),
    ("trigger", BOT, {"type": "email"}, {}, "Triggered through e-mail"),
    ("trigger", BOT, {"type": "nagios"}, {}, "Triggered by Prometheus"),
    ("trigger", person(ALICE), API, {"reopened": True}, "Reopened by Alice Adams"),
    ("assign", person(BOB), WEBSITE, {"assignees": [ALICE]},
     "Assigned to Alice Adams by Bob Brown"),
    ("assign", SERVICE, AUTO, {"assignees": [ALICE, BOB]},
     "Assigned to Alice Adams and Bob Brown by the escalation policy"),
    ("assign", SERVICE, AUTO, {"assignees": [], "reason": "Nobody is there."},
     "Assigned to nobody: Nobody is there."),
    ("escalate", SERVICE, AUTO, {"assignees": [BOB]}, "Escalated to Bob Brown by timeout"),
    ("escalate", person(ALICE), WEBSITE, {"assignees": [ALICE, BOB, CAROL]},
     "Escalated to Alice Adams, Bob Brown and Carol Clark by Alice Adams"),
    ("delegate", person(ALICE), WEBSITE, {"assignees": [BOB]},
     "Delegated to Bob Brown by Alice Adams"),
    ("notify", None, notified(type="email", status="success"), {"user": BOB},
     "Notified Bob Brown by e-mail"),
    ("notify", None, notified(type="sms", status="success"), {"user": BOB},
     "Notified Bob Brown by SMS"),
    ("notify", None, notified(type="push_notification", status="success"), {"user": BOB},
     "Notified Bob Brown by push"),
    ("notify", None, notified(type="phone", status="failed"), {"user": DAVE},
     "Could not notify DAVE by phone"),
    ("notify", None, AUTO, {"user": BOB}, "Notified Bob Brown"),
    ("notify", None, notified(type="sms", status="success"), {"user": BOB, "carrier": "Twilio"},
     "Notified Bob Brown by SMS through Twilio"),
    ("notify", None, notified(type="sms", status="failed"),
     {"user": BOB, "carrier": "Twilio", "then": "provider"},
     "Could not notify Bob Brown by SMS through Twilio; another provider is asked"),
    ("notify", None, notified(type="sms", status="waiting"), {"user": BOB},
     "Could not yet notify Bob Brown by SMS"),
    ("notify", None, notified(type="whatsapp", status="failed"), {"user": BOB, "then": "way"},
     "Could not notify Bob Brown by WhatsApp; another way is tried"),
    ("notify", None, notified(type="email", status="failed"), {"user": BOB, "then": "level"},
     "Could not notify Bob Brown by e-mail; the next level is paged"),
    ("escalate", SERVICE, TIMEOUT, {"assignees": [BOB], "reason": "Nobody was reached."},
     "Escalated to Bob Brown: Nobody was reached."),
    ("acknowledge", person(ALICE), {"type": "sms"}, {}, "Acknowledged by Alice Adams by SMS"),
    ("acknowledge", person(ALICE), {"type": "google_chat"}, {},
     "Acknowledged by Alice Adams by google chat"),
    ("acknowledge", person(ALICE), API, {}, "Acknowledged by Alice Adams"),
    ("acknowledge", BOT, API, {}, "Acknowledged through the API"),
    ("unacknowledge", SERVICE, TIMEOUT, {}, "Unacknowledged by timeout"),
    ("unacknowledge", person(ALICE), WEBSITE, {}, "Unacknowledged by Alice Adams"),
    ("snooze", person(ALICE), WEBSITE | {"duration": 14400}, {},
     "Snoozed for 4 hours by Alice Adams"),
    ("snooze", person(ALICE), WEBSITE | {"duration": 86400}, {},
     "Snoozed for 1 day by Alice Adams"),
    ("snooze", person(ALICE), WEBSITE | {"duration": 5400}, {},
     "Snoozed for 90 minutes by Alice Adams"),
    ("snooze", person(ALICE), WEBSITE | {"duration": 1}, {},
     "Snoozed for 1 second by Alice Adams"),
    ("resolve", SERVICE, TIMEOUT, {}, "Resolved by timeout"),
    ("resolve", BOT, API, {}, "Resolved through the API"),
    ("resolve", SERVICE, WEBSITE, {}, "Resolved by Webshop"),
    ("resolve", person(ALICE), WEBSITE, {"merged_into": "TARGET"},
     "Resolved by Alice Adams, merged into TARGET"),
    ("annotate", person(ALICE), NOTE, {"note": "Hm"}, "Note added by Alice Adams"),
    ("annotate", None, NOTE, {"note": "Hm"}, "Note added"),
    ("status_update", person(ALICE), WEBSITE, {"note": "Hm"},
     "Status update published by Alice Adams"),
    ("responder_request", person(ALICE), WEBSITE, {"user": BOB, "note": "Help"},
     "Help requested from Bob Brown by Alice Adams"),
    ("responder_request", person(ALICE), WEBSITE, {"policy": "WEBSHOP", "note": "Help"},
     "Help requested from Webshop by Alice Adams"),
    ("responder_accept", person(BOB), {"type": "sms"}, {"user": BOB, "message": "Help"},
     "Request for help accepted by Bob Brown by SMS"),
    ("responder_decline", person(BOB), WEBSITE, {"user": BOB, "message": "Help"},
     "Request for help declined by Bob Brown"),
    ("responder_cancel", person(ALICE), WEBSITE, {"user": BOB},
     "Request to Bob Brown cancelled by Alice Adams"),
    ("link", person(ALICE), WEBSITE, {"linked_incident": "SOURCE"},
     "Linked to SOURCE by Alice Adams"),
    ("unlink", person(ALICE), WEBSITE, {"linked_incident": "SOURCE"},
     "Unlinked from SOURCE by Alice Adams"),
    ("link", person(ALICE), WEBSITE, {"linked_incident": "SOURCE", "alert": "ALERT"},
     "Alert “ALERT” came from SOURCE by Alice Adams"),
    ("unlink", person(ALICE), WEBSITE, {"linked_incident": "TARGET", "alert": "ALERT"},
     "Alert “ALERT” moved to TARGET by Alice Adams"),
    ("urgency_change", person(ALICE), WEBSITE, changed("urgency", "low"),
     "Changed the urgency to low by Alice Adams"),
    ("urgency_change", SERVICE, AUTO, changed("urgency", "high"), "Changed the urgency to high"),
    ("priority_change", person(ALICE), WEBSITE, changed("priority", "ID", priority="P1"),
     "Changed the priority to P1 by Alice Adams"),
    ("priority_change", person(ALICE), WEBSITE, changed("priority", "ID"),
     "Changed the priority to ID by Alice Adams"),
    ("priority_change", person(ALICE), WEBSITE, changed("priority", None),
     "Took the priority away by Alice Adams"),
    ("field_value_change", person(ALICE), WEBSITE, changed("title", "Disk"),
     "Changed the title to “Disk” by Alice Adams"),
    ("field_value_change", person(ALICE), WEBSITE, changed("service", BOB),
     "Changed the service to “Bob Brown” by Alice Adams"),
    ("field_value_change", person(ALICE), WEBSITE, changed("conference bridge", None),
     "Took the conference bridge away by Alice Adams"),
    ("repeat_escalation_path", SERVICE, AUTO, {},
     "Escalation policy repeated from its first level"),
    ("exhaust_escalation_path", SERVICE, AUTO, {},
     "Escalation policy exhausted: nobody has answered"),
    ("reach_trigger_limit", SERVICE, AUTO, {},
     "Trigger limit reached: further events are only counted"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "agent", "channel", "details", "said"), SENTENCES)
def test_each_entry_is_a_sentence(
    kind: str, agent: Agent | None, channel: dict[str, Any], details: dict[str, Any], said: str
) -> None:
    type_: LogEntryType = next(t for t in get_args(LogEntryType) if t == f"{kind}_log_entry")
    entry = LogEntry(type=type_, at=NOON, agent=agent, channel=channel, details=details)

    assert sentence(entry, NAMES) == said


def test_no_type_is_without_a_sentence() -> None:
    assert {f"{kind}_log_entry" for kind, *_ in SENTENCES} == set(get_args(LogEntryType))
