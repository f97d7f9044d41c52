"""What the faces for machines count for Prometheus."""

from typing import Final, Literal, get_args

from prometheus_client import CollectorRegistry, Counter, Histogram

Outcome = Literal[
    "accepted", "invalid", "unknown_key", "unstorable", "throttled", "database_away", "unread"
]
DIALECTS: Final = ("v2", "change", "v1", "own")
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class EventMetrics:
    """How many events came, what became of them, and how long senders waited for the commit."""

    def __init__(self, registry: CollectorRegistry) -> None:
        events = Counter(
            "tocsin_events",
            "Events by dialect and by what became of them.",
            ("dialect", "outcome"),
            registry=registry,
        )
        commit = Histogram(
            "tocsin_event_commit_seconds",
            "From an event's arrival to the commit that holds it.",
            buckets=SECONDS,
            registry=registry,
        )
        # Looked up once: finding a labelled child costs more than counting.
        self._count = {
            (dialect, outcome): events.labels(dialect, outcome).inc
            for dialect in DIALECTS
            for outcome in get_args(Outcome)
        }
        self.commit_took = commit.observe

    def count(self, dialect: str, outcome: Outcome) -> None:
        """Count one event."""
        self._count[dialect, outcome]()
