"""What another server says of an incident, read and weighed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tocsin.domain.machines.webhook import sign
from tocsin.domain.monitoring.envoy import FarFault, FarIncident
from tocsin.domain.monitoring.following import (
    Unreadable,
    Word,
    is_news,
    is_old,
    is_signed,
    read_webhook,
    word_of,
)
from tocsin.domain.monitoring.notification_channel import Thread

NOON = datetime(2026, 3, 2, 12, 0, 0, 300_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
THREAD = Thread(channel_id="P1", violation_id="Q1", opened_at=NOON)
INCIDENT = FarIncident(id="QFAR", key="Q1", status="triggered", at=NOON)


def webhook(event_type: str = "incident.acknowledged", **data: Any) -> bytes:
    event = {
        "id": "QEVENT",
        "event_type": event_type,
        "occurred_at": "2026-03-02T12:00:00.300Z",
        "agent": {"id": "PANN", "summary": "Ann"},
        "data": {"id": "QFAR", "incident_key": "Q1"} | data,
    }
    return json.dumps({"event": event}).encode()


def test_a_webhook_says_what_was_done_and_by_whom() -> None:
    read = read_webhook(webhook())

    assert (read.id, read.is_greeting) == ("QEVENT", False)
    assert read.word == Word(turn="acknowledged", incident_id="QFAR", key="Q1", at=NOON, by="Ann")


@pytest.mark.parametrize(
    ("event", "status"),
    [
        ("triggered", "triggered"),
        ("acknowledged", "acknowledged"),
        ("unacknowledged", "triggered"),
        ("resolved", "resolved"),
        ("reopened", "triggered"),
    ],
)
def test_each_turn_leaves_the_incident_in_a_status(event: str, status: str) -> None:
    word = read_webhook(webhook(f"incident.{event}")).word

    assert word is not None
    assert word.status == status


def test_a_greeting_and_what_does_not_concern_us_say_nothing() -> None:
    assert read_webhook(webhook("pagey.ping")).is_greeting
    assert read_webhook(webhook("incident.annotated")).word is None


def test_what_was_merged_goes_on_as_another_incident() -> None:
    reason = {"type": "merge_resolve_reason", "incident": {"id": "QOTHER"}}

    word = read_webhook(webhook("incident.resolved", resolve_reason=reason)).word
    plain = read_webhook(webhook("incident.resolved", resolve_reason="merged")).word

    assert word is not None
    assert plain is not None
    assert (word.goes_on_as, plain.goes_on_as) == ("QOTHER", "")


def test_nobody_in_particular_is_somebody() -> None:
    event = json.loads(webhook())
    event["event"]["agent"] = None

    word = read_webhook(json.dumps(event).encode()).word

    assert word is not None
    assert word.by == "somebody"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"event": {"event_type": 7}}', b"\xff"])
def test_what_is_no_webhook_cannot_be_read(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_webhook(body)


def test_a_time_that_is_none_cannot_be_read() -> None:
    with pytest.raises(Unreadable):
        read_webhook(webhook().replace(b"2026-03-02T12:00:00.300Z", b"yesterday"))


def test_one_good_signature_among_others_is_enough() -> None:
    good, bad = sign(b"{}", ("secret",)), sign(b"{}", ("other",))

    assert is_signed(b"{}", f"{bad}, {good}", ("secret",))
    assert not is_signed(b"{}", bad, ("secret",))
    assert not is_signed(b"{ }", good, ("secret",))
    assert not is_signed(b"{}", "", ("secret",))
    assert not is_signed(b"{}", "v1=ä", ("secret",))


@pytest.mark.parametrize(
    ("known", "at", "exactly", "old"),
    [
        (None, NOON, True, False),
        (NOON, NOON, True, False),
        (NOON, NOON - SECOND, True, True),
        (NOON, NOON.replace(microsecond=0), True, True),
        (NOON, NOON.replace(microsecond=0), False, False),
        (NOON, NOON - SECOND, False, True),
    ],
)
def test_what_was_before_all_that_is_known_is_old(
    known: datetime | None, at: datetime, *, exactly: bool, old: bool
) -> None:
    word = Word(turn="resolved", incident_id="QFAR", key="Q1", at=at, by="Ann", exactly=exactly)

    assert is_old(word, replace(THREAD, remote_at=known)) is old


def test_an_incident_that_stands_as_it_is_known_is_no_news() -> None:
    known = replace(THREAD, remote_id="QFAR", remote_status="triggered")

    assert not is_news(INCIDENT, known)
    assert is_news(INCIDENT, THREAD)
    assert is_news(replace(INCIDENT, status="resolved"), known)


def test_triggered_is_a_turn_back_only_if_it_became_so_later() -> None:
    taken = replace(THREAD, remote_status="acknowledged")

    assert word_of(INCIDENT, THREAD).turn == "triggered"
    assert word_of(INCIDENT, taken).turn == "triggered"
    assert word_of(INCIDENT, replace(taken, remote_at=NOON)).turn == "triggered"
    assert word_of(INCIDENT, replace(taken, remote_at=NOON - SECOND)).turn == "unacknowledged"
    assert word_of(replace(INCIDENT, by="Ann"), THREAD).by == "Ann"


def test_a_fault_says_what_kind_it_is_of() -> None:
    fault = FarFault("It is away.", "passing")

    assert (fault.sentence, fault.kind, str(fault)) == ("It is away.", "passing", "It is away.")
