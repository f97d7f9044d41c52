"""Heartbeats: when a job that is to call counts as missed, and what people are told."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from tocsin.domain.monitoring.heartbeat import judge
from tocsin.domain.monitoring.monitor import Heartbeat, Monitor

MADE = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
HOURLY = Heartbeat(period=3600, grace=60)
BACKUP = Monitor(
    id="Q1",
    environment_id="P1",
    name="Backup",
    kind="heartbeat",
    shown="",
    target_encrypted=b"",
    created_at=MADE,
)


def after(minutes: float) -> datetime:
    return MADE + timedelta(minutes=minutes)


def test_a_call_in_time_is_well() -> None:
    called = replace(BACKUP, called_at=after(60), took=2500)

    found = judge(HOURLY, called, after(90))

    assert found.ok
    assert found.values == {"silence": 1800, "job_time": 2500}


def test_patience_lasts_for_the_period_and_its_grace() -> None:
    called = replace(BACKUP, called_at=after(60))

    assert judge(HOURLY, called, after(121)).ok
    late = judge(HOURLY, called, after(121.1))

    assert (late.ok, late.fault_kind) == (False, "missed")
    assert late.fault == "Not called for 61 minutes, expected every 60 minutes"


def test_the_first_call_is_expected_within_a_period_of_its_making() -> None:
    assert judge(HOURLY, BACKUP, after(60)).values == {}
    assert judge(HOURLY, BACKUP, after(60)).ok
    assert judge(HOURLY, BACKUP, after(180)).fault == (
        "Never called in 3 hours, expected every 60 minutes"
    )


def test_a_job_that_began_and_did_not_end_is_named() -> None:
    stuck = replace(BACKUP, called_at=after(0), started_at=after(70))

    assert judge(HOURLY, stuck, after(72)).fault == (
        "Not called for 72 minutes, expected every 60 minutes;"
        " the job began 2 minutes ago and has not ended"
    )
    ended = replace(stuck, started_at=after(-5))
    assert "began" not in judge(HOURLY, ended, after(72)).fault


def test_a_failure_holds_until_the_next_call() -> None:
    failed = replace(BACKUP, called_at=after(60), failed_at=after(65))

    found = judge(HOURLY, failed, after(66))

    assert (found.ok, found.fault_kind) == (False, "failed")
    assert found.fault == "The job said that it failed"
    assert judge(HOURLY, replace(failed, called_at=after(70)), after(71)).ok


def test_a_failure_is_told_even_if_no_call_came_before() -> None:
    assert judge(HOURLY, replace(BACKUP, failed_at=after(1)), after(2)).fault_kind == "failed"


def test_long_and_short_spans_are_told_in_their_units() -> None:
    minutely = Heartbeat(period=60, grace=0)

    assert judge(minutely, BACKUP, after(1.5)).fault == (
        "Never called in 90 seconds, expected every 60 seconds"
    )
    assert judge(minutely, BACKUP, after(60 * 24 * 3)).fault.startswith("Never called in 3 days")
