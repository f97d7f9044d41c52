"""What is counted of deliveries to machines."""

from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram

from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.monitoring.notification_channel import Outcome

SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)


class DeliveryMeters:
    """Attempts by what came of them, and how long it took what arrived."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._attempts = Counter(
            "tocsin_deliveries",
            "Attempts to tell a machine something, by what came of them.",
            ("lane", "outcome"),
            registry=registry,
        )
        self._seconds = Histogram(
            "tocsin_delivery_seconds",
            "From the cause of a delivery until it arrived.",
            ("lane",),
            buckets=SECONDS,
            registry=registry,
        )

    def count(self, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
        """Count an attempt."""
        word = "arrived" if outcome.ok else "failed" if outcome.retry else "refused"
        self._attempts.labels(dispatch.lane, word).inc()
        if outcome.ok:
            late = (now - dispatch.created_at).total_seconds()
            self._seconds.labels(dispatch.lane).observe(max(late, 0))
