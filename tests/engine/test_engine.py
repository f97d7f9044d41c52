"""The engine with time moved by hand: what is due is done once, and nothing stops the rest."""

from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
import structlog
from prometheus_client import CollectorRegistry

from tests.inbox import Inbox
from tests.night import Night
from tests.notebook import Notebook
from tests.team import MINUTE
from tocsin.channels.email import Email
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.failover import trail_of
from tocsin.domain.reaching.message import MOST_LISTED
from tocsin.domain.work import TIMER
from tocsin.engine.engine import Engine
from tocsin.kit.smtp import MailServer
from tocsin.store import tables
from tocsin.usecases.work import lease


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


@pytest.fixture
def engine(night: Night, notebook: Notebook, registry: CollectorRegistry) -> Engine:
    return Engine(night.house, [notebook], registry)


@pytest.fixture
async def by_mail(
    night: Night, smtp_inbox: Inbox, registry: CollectorRegistry
) -> AsyncIterator[Engine]:
    server = MailServer(host="127.0.0.1", port=smtp_inbox.port)
    yield Engine(night.house, [Email(server)], registry)
    await server.close()


async def test_an_alert_is_mailed_to_whoever_is_on_call(
    night: Night, by_mail: Engine, smtp_inbox: Inbox
) -> None:
    [incident] = await night.trigger("Disk full")

    await by_mail.run_due(night.now)

    [mail] = smtp_inbox.mails
    [entry] = await night.told(incident)
    assert mail["To"] == "Ann <ann@example.com>"
    assert mail["Subject"] == "[Tocsin] #1 Disk full"
    assert entry.channel["notification"]["status"] == "success"
    assert await night.work() == []


async def test_nobody_answers_and_the_next_level_is_mailed(
    night: Night, by_mail: Engine, smtp_inbox: Inbox
) -> None:
    await night.trigger("Disk full")

    await by_mail.run_due(night.now)
    await by_mail.run_due(night.passes(minutes=4, seconds=59))
    assert len(smtp_inbox.mails) == 1
    await by_mail.run_due(night.passes(seconds=1))

    assert [mail.envelope_to for mail in smtp_inbox.mails] == ["ann@example.com", "ben@example.com"]


async def test_an_acknowledged_incident_pages_nobody_else(
    night: Night, engine: Engine, notebook: Notebook
) -> None:
    found = await night.trigger("Disk full")
    await engine.run_due(night.now)
    await night.acknowledge(*found)

    await engine.run_due(night.passes(minutes=10))

    assert notebook.pages == [("ann@example.com", ["Disk full"])]
    assert {work.kind for work in await night.work(TIMER)} <= {"unacknowledge", "auto_resolve"}


async def test_alerts_that_come_together_are_one_mail(
    night: Night, by_mail: Engine, smtp_inbox: Inbox
) -> None:
    await night.trigger(*(f"Host {n}" for n in range(7)))

    await by_mail.run_due(night.now)

    assert [mail["Subject"] for mail in smtp_inbox.mails] == ["[Tocsin] 7 triggered incidents"]
    assert len(await night.notifications()) == 7


async def test_a_storm_is_told_in_one_mail_that_counts_every_incident(
    night: Night, engine: Engine, notebook: Notebook
) -> None:
    names = [f"Host {n}" for n in range(750)]
    await night.trigger(*names)

    await engine.run_due(night.now)

    assert len(notebook.pages) == 1
    assert len(set(notebook.titles)) == MOST_LISTED
    assert notebook.further == len(names) - MOST_LISTED
    assert len(await night.notifications()) == len(names)


async def test_pages_arrive_when_the_mail_server_is_back(
    night: Night, by_mail: Engine, smtp_inbox: Inbox
) -> None:
    await night.trigger("Disk full")
    await smtp_inbox.stop()
    await by_mail.run_due(night.now)
    await night.trigger("CPU hot")
    await by_mail.run_due(night.passes(seconds=5))
    assert [trail_of(work.payload).tries for work in await night.work()] == [1, 2]

    await smtp_inbox.start()
    await by_mail.run_due(night.passes(seconds=10))

    [mail] = smtp_inbox.mails
    assert mail["Subject"] == "[Tocsin] 2 triggered incidents"
    assert await night.work() == []
    assert await night.alarms() == []


async def test_an_address_that_does_not_exist_is_not_tried_twice(
    night: Night, by_mail: Engine, smtp_inbox: Inbox
) -> None:
    smtp_inbox.at_rcpt = lambda to: "550 no such user" if to == "ann@example.com" else "250 OK"
    await night.trigger("Disk full")

    await by_mail.run_due(night.now)

    assert [n.status for n in await night.notifications()] == ["failed", "success"]
    assert [mail.envelope_to for mail in smtp_inbox.mails] == ["ben@example.com"]
    assert len(await night.alarms()) == 1


async def test_a_channel_without_a_provider_fails_over_at_once(
    night: Night, engine: Engine, notebook: Notebook
) -> None:
    await night.take_away((await night.default_email(night.team.ann)).id)
    await night.give(night.team.ann, "sms", "5551234", minutes=0)
    [incident] = await night.trigger("Disk full")

    await engine.run_due(night.now)

    assert notebook.pages == [("ann@example.com", ["Disk full"])]
    refused, told = await night.told(incident)
    assert refused.details["reason"] == "No provider for sms is configured."
    assert told.channel["notification"]["type"] == "email"


async def test_a_channel_that_breaks_is_tried_three_times_and_then_another(
    night: Night, engine: Engine, notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fall_apart(address: str) -> Delivery:
        if address == "ben@example.com":
            return Delivery(ok=True, detail="kept")
        raise ZeroDivisionError

    notebook.answer = fall_apart
    await night.trigger("Disk full")

    with structlog.testing.capture_logs() as log:
        for _ in range(4):
            await engine.run_due(night.now)
            night.passes(seconds=30)

    assert [line["event"] for line in log if line["log_level"] == "error"] == ["channel.broken"] * 3
    statuses = [n.status for n in await night.notifications()]
    assert statuses == ["retrying", "retrying", "failed", "success"]
    assert "ZeroDivisionError" in (await night.alarms())[0]


async def test_a_lease_whose_holder_died_is_sent_by_the_next(
    night: Night, engine: Engine, notebook: Notebook
) -> None:
    await night.trigger("Disk full")
    await lease(night.house, "email", night.now, limit=10)

    await engine.run_due(night.passes(seconds=59))
    assert notebook.pages == []
    await engine.run_due(night.passes(seconds=1))

    assert notebook.titles == ["Disk full"]


async def test_poison_does_not_stop_the_rest_of_its_bundle(
    night: Night, engine: Engine, notebook: Notebook, registry: CollectorRegistry
) -> None:
    poison = await poisoned(night)

    with structlog.testing.capture_logs() as log:
        await engine.run_due(night.now)

    assert sorted(notebook.titles) == ["CPU hot", "Disk slow"]
    assert [work.incident_id for work in await night.work()] == [poison]
    failures = [line for line in log if line["event"] == "work.failed"]
    assert len(failures) == 1
    assert failures[0]["exc_info"]
    assert registry.get_sample_value("tocsin_engine_failures_total", {"lane": "email"}) == 1


async def test_poison_is_tried_ever_more_rarely_and_administrators_hear_of_it(
    night: Night, engine: Engine
) -> None:
    await poisoned(night)
    waits = []
    for _ in range(9):
        await engine.run_due(night.now)
        [work] = await night.work()
        waits.append((work.due - night.now).total_seconds())
        night.now = work.due

    assert waits == [5, 10, 20, 40, 80, 160, 320, 600, 600]
    beginnings = [alarm.partition(":")[0] for alarm in await night.alarms()]
    assert beginnings.count("Due work (notify) fails again and again") == 1


async def test_a_timer_that_fails_does_not_stop_the_others(
    night: Night, engine: Engine, notebook: Notebook
) -> None:
    await poisoned(night)
    await engine.run_due(night.now)
    night.now += 5 * MINUTE

    await engine.run_due(night.now)

    assert ("ben@example.com", ["Disk slow", "CPU hot"]) in [
        (address, sorted(titles, reverse=True)) for address, titles in notebook.pages
    ]


async def test_what_went_out_is_counted_and_timed(
    night: Night, engine: Engine, registry: CollectorRegistry
) -> None:
    await night.trigger("Disk full")
    await engine.run_due(night.passes(seconds=2))

    labels = {"channel": "email", "outcome": "success"}
    assert registry.get_sample_value("tocsin_pages_total", labels) == 1
    assert registry.get_sample_value("tocsin_page_seconds_sum", {"channel": "email"}) == 2


async def poisoned(night: Night) -> str:
    """Let three alerts arrive, and damage the incident of the second; return its id."""
    _, poison, _ = await night.trigger("Disk slow", "Poison", "CPU hot")
    damage = sa.update(tables.incidents).values(state={}).where(tables.incidents.c.id == poison.id)
    await night.sql(damage)
    return poison.id
