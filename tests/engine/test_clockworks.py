"""What the engine does again and again."""

from datetime import timedelta
from pathlib import Path

from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.team import NOON
from tocsin.domain.work import TIMER
from tocsin.engine.clockworks import CLOCKWORKS, measure
from tocsin.engine.meters import Meters
from tocsin.store.database import Database


async def test_what_is_due_is_shown_by_lane_and_gone_when_it_is_done(database: Database) -> None:
    night = await Night.falls(database)
    registry = CollectorRegistry()
    meters = Meters(registry, (TIMER, "email", "sms"))

    def shown(name: str, lane: str) -> float | None:
        return registry.get_sample_value(f"tocsin_engine_{name}", {"lane": lane})

    await night.trigger("Disk full", "CPU hot")
    await measure(night.house, meters, NOON + timedelta(seconds=90))
    assert (shown("due", "email"), shown("oldest_due_seconds", "email")) == (2, 90)
    assert (shown("due", "sms"), shown("due", TIMER)) == (0, 0)

    await measure(night.house, meters, NOON - timedelta(seconds=1))
    assert (shown("due", "email"), shown("oldest_due_seconds", "email")) == (0, 0)


def test_the_guide_names_every_metric() -> None:
    registry = CollectorRegistry()
    Meters(registry, ())

    guide = (Path(__file__).parents[2] / "docs" / "guides" / "notifications.md").read_text()
    for family in registry.collect():
        counts = "_total" if family.type == "counter" else ""
        assert f"`{family.name}{counts}" in guide


async def test_every_clockwork_turns(database: Database) -> None:
    night = await Night.falls(database)
    meters = Meters(CollectorRegistry(), (TIMER,))

    for clockwork in CLOCKWORKS:
        await clockwork.turn(night.house, meters, NOON)
