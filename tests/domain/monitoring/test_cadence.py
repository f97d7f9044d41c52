"""The cadence of rounds: fixed, the same for all agents, and spread over the interval."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.monitoring.cadence import last_round, next_round

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(INSTANTS, st.integers(10, 86_400), st.text("ABC0123456789", min_size=1, max_size=14))
def test_a_round_is_at_or_before_now_and_the_next_is_an_interval_later(
    now: datetime, interval: int, id_: str
) -> None:
    last, following = last_round(id_, interval, now), next_round(id_, interval, now)

    assert last <= now < following
    assert following - last == timedelta(seconds=interval)
    assert last_round(id_, interval, last) == last
    assert next_round(id_, interval, last) == following


def test_rounds_do_not_drift() -> None:
    first = last_round("PA", 60, NOON)

    assert last_round("PA", 60, NOON + timedelta(days=400)) == first + timedelta(days=400)


def test_a_thousand_monitors_are_spread_over_the_minute() -> None:
    seconds = [0] * 60
    for n in range(1000):
        seconds[last_round(f"P{n:013}", 60, NOON).second] += 1

    assert max(seconds) < 40
    assert min(seconds) > 4
