"""What the engine counts for Prometheus."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.domain.reaching.failover import trail_of
from tocsin.domain.reaching.notification import Notification
from tocsin.domain.work import Work
from tocsin.engine.delivery_meters import SECONDS, DeliveryMeters
from tocsin.usecases.work import Backlog


class Meters:
    """Counters and gauges of one engine, in the registry they are given."""

    def __init__(self, registry: CollectorRegistry, lanes: Iterable[str]) -> None:
        self._lanes = tuple(lanes)
        self._pages = Counter(
            "tocsin_pages",
            "Pages handed to a channel, by what came of them.",
            ("channel", "outcome"),
            registry=registry,
        )
        self._page_seconds = Histogram(
            "tocsin_page_seconds",
            "From the instant for which a page was planned until a channel had taken it.",
            ("channel",),
            buckets=SECONDS,
            registry=registry,
        )
        self._heard = _heard(registry)
        self._deliveries = DeliveryMeters(registry)
        self._failures = Counter(
            "tocsin_engine_failures",
            "Due work that failed for a reason nobody foresaw; it is tried again.",
            ("lane",),
            registry=registry,
        )
        self._due = Gauge(
            "tocsin_engine_due", "Work that is due and not done.", ("lane",), registry=registry
        )
        self._oldest = Gauge(
            "tocsin_engine_oldest_due_seconds",
            "How long the oldest due work has been waiting.",
            ("lane",),
            registry=registry,
        )
        self._heartbeat = Gauge(
            "tocsin_engine_heartbeat_timestamp_seconds",
            "When this node last looked for due work.",
            registry=registry,
        )

    def told(self, notifications: Iterable[Notification]) -> None:
        """Count attempts."""
        for notification in notifications:
            self._pages.labels(notification.kind, notification.status).inc()

    def heard(self, provider_type: str, outcome: str) -> None:
        """Count what a provider told us."""
        self._heard.labels(provider_type, outcome).inc()

    def handed_over(self, works: Sequence[Work], now: datetime) -> None:
        """Measure how long pages took that a channel has now taken."""
        for work in works:
            late = (now - _since(work)).total_seconds()
            self._page_seconds.labels(work.lane).observe(max(late, 0))

    def delivered(self, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
        """Count an attempt to tell a machine something."""
        self._deliveries.count(dispatch, outcome, now)

    def failed(self, lane: str) -> None:
        """Count work that failed unforeseen."""
        self._failures.labels(lane).inc()

    def waiting(self, backlog: Sequence[Backlog], now: datetime) -> None:
        """Show what is due in each lane, also where that is nothing."""
        for lane in self._lanes:
            self._due.labels(lane).set(0)
            self._oldest.labels(lane).set(0)
        for item in backlog:
            self._due.labels(item.lane).set(item.due)
            self._oldest.labels(item.lane).set(max((now - item.oldest).total_seconds(), 0))

    def beat(self, now: datetime) -> None:
        """Show that the engine lives."""
        self._heartbeat.set(now.timestamp())


def _since(work: Work) -> datetime:
    """Return when it was planned for at first, however often it was tried since then."""
    began = trail_of(work.payload).since if work.kind == "notify" else None
    return began or work.planned_for or work.due


def _heard(registry: CollectorRegistry) -> Counter:
    return Counter(
        "tocsin_heard",
        "What providers told us, by whether it was heard, forged, unheard or refused.",
        ("provider", "outcome"),
        registry=registry,
    )
