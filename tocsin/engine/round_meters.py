"""What is counted of rounds for Prometheus: how many, what came of them, and how late they were."""

from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from tocsin.domain.monitoring.monitor import Result

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class RoundMeters:
    """Counters of one agent, in the registry they are given."""

    def __init__(self, registry: CollectorRegistry) -> None:
        rounds = Counter(
            "tocsin_rounds",
            "Rounds of monitors, by what came of them.",
            ("outcome",),
            registry=registry,
        )
        self._ok, self._failed, self._skipped = map(rounds.labels, ("ok", "failed", "skipped"))
        self._late = Histogram(
            "tocsin_round_lateness_seconds",
            "From the instant of a round until it began to be measured.",
            buckets=SECONDS,
            registry=registry,
        )
        self._kept = Gauge(
            "tocsin_rounds_kept",
            "Results that could not be handed on yet.",
            registry=registry,
        )

    def began(self, planned: datetime, now: datetime) -> None:
        """Measure how late a round began."""
        self._late.observe(max((now - planned).total_seconds(), 0))

    def found(self, result: Result) -> None:
        """Count a round that was measured."""
        (self._ok if result.measurement.ok else self._failed).inc()

    def skipped(self) -> None:
        """Count a round that was left out, because the one before it had not ended."""
        self._skipped.inc()

    def keeps(self, count: int) -> None:
        """Show how much waits to be handed on."""
        self._kept.set(count)
