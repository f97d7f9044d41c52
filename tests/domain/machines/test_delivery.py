"""What becomes of a delivery after an attempt."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tocsin.domain.machines.delivery import LONGEST_PAUSE, PATIENCE, Dispatch, after
from tocsin.domain.monitoring.notification_channel import Outcome

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TRIED = Dispatch(
    id="Q1",
    lane="webhook",
    destination_id="P1",
    thread_id="Q2",
    kind="incident.triggered",
    subject={},
    due=NOON,
    attempts=1,
    created_at=NOON,
)
FAILED = Outcome(ok=False, detail="HTTP 500", retry=True, answer="Oh no")


def test_what_arrived_is_over() -> None:
    told = after(TRIED, Outcome(ok=True, detail="HTTP 200", answer="Thanks"), NOON)

    assert (told.status, told.due, told.finished_at) == ("delivered", None, NOON)
    assert (told.detail, told.answer) == ("HTTP 200", "Thanks")


def test_what_is_refused_for_good_is_dropped() -> None:
    told = after(TRIED, Outcome(ok=False, detail="HTTP 410"), NOON)

    assert (told.status, told.due, told.finished_at) == ("dropped", None, NOON)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 10), (4, 40), (9, 1280)])
def test_each_pause_is_twice_as_long(attempts: int, seconds: int) -> None:
    told = after(replace(TRIED, attempts=attempts), FAILED, NOON)

    assert (told.status, told.due) == ("waiting", NOON + timedelta(seconds=seconds))


def test_no_pause_is_longer_than_the_longest() -> None:
    assert after(replace(TRIED, attempts=999), FAILED, NOON).due == NOON + LONGEST_PAUSE


def test_a_receiver_may_ask_for_more_patience_but_not_for_less() -> None:
    patient = after(TRIED, replace(FAILED, wait_seconds=600), NOON)
    hasty = after(TRIED, replace(FAILED, wait_seconds=1), NOON)

    assert patient.due == NOON + timedelta(minutes=10)
    assert hasty.due == NOON + timedelta(seconds=5)


def test_patience_ends_after_two_days() -> None:
    late = NOON + PATIENCE - timedelta(seconds=5)

    assert after(TRIED, FAILED, late).status == "waiting"
    assert after(TRIED, FAILED, late + timedelta(seconds=1)).status == "expired"
