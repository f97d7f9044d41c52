"""What agents bring: what is taken, what is refused, and how texts are tidied."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from tocsin.domain.monitoring.errand import Finding, Findings, faults_of_finding
from tocsin.domain.monitoring.monitor import Measurement

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def finding(**given: Any) -> Finding:
    fields = {"monitor_id": "PSHOP", "round": NOON, "at": NOON, "ok": True} | given
    return msgspec.convert(fields, Finding)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"round": NOON + timedelta(minutes=2)}, "must be of the last two days"),
        ({"round": NOON - timedelta(days=3)}, "must be of the last two days"),
        ({"at": NOON + timedelta(minutes=2)}, "must have been measured within the last two days"),
        ({"fault_kind": "status"}, "must either be ok or say of which kind its fault is"),
        ({"ok": False}, "must either be ok or say of which kind its fault is"),
        ({"values": {str(n): n for n in range(65)}}, "must have at most 64 values"),
        ({"values": {"a-b": 1}}, "must have at most 64 values"),
        ({"values": {"a" * 65: 1}}, "must have at most 64 values"),
        ({"values": {"a": 1e16}}, "no number above 1,000,000,000,000,000"),
        ({"values": {"a": [{"b": 10**16}]}}, "no number above"),
        ({"values": {"a": [[{"b": [[1]]}]]}}, "none within more than 5 others"),
        ({"values": {"a": ["x" * 1000] * 66}}, "at most 65,536 bytes"),
    ],
)
def test_a_fault_is_told_with_its_monitor(given: dict[str, Any], fault: str) -> None:
    [told] = faults_of_finding(finding(**given), NOON)

    assert told.startswith("A result of monitor PSHOP ")
    assert fault in told


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"ok": False, "fault_kind": "timeout", "fault": "No answer"},
        {"round": NOON - timedelta(days=1), "at": NOON + timedelta(seconds=30)},
        {"values": {"a": 1.5, "b": "text", "c": True, "d": None, "e": [1, {"f": "g"}]}},
    ],
)
def test_what_is_in_order_has_no_fault(given: dict[str, Any]) -> None:
    assert list(faults_of_finding(finding(**given), NOON)) == []


def test_texts_are_made_fit_to_be_read() -> None:
    given = finding(
        ok=False,
        fault_kind="content",
        fault="x" * 2000,
        values={"a": "bell\x07", "b": ["\u202e", 1], "c": {"d\x00": True}},
    )

    assert given.result("PAGENT").measurement == Measurement(
        ok=False,
        fault_kind="content",
        fault="x" * 999 + "…",
        values={"a": "bell\ufffd", "b": ["\ufffd", 1], "c": {"d\ufffd": True}},
    )


def test_a_result_is_brought_as_it_is() -> None:
    given = finding(ok=False, fault_kind="timeout", fault="No answer", values={"a": 1})

    assert Finding.of(given.result("PAGENT")) == given


def test_a_parcel_has_bounds_and_its_times_have_offsets() -> None:
    one = msgspec.to_builtins(finding())
    for wrong in ([one] * 501, [one | {"round": "2026-03-02T12:00:00"}]):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"results": wrong}, Findings)
