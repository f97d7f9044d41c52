"""Receipts that come afterwards, and those that do not come in time."""

import asyncio
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from tests.engine.test_failover import NEVER, Ladder, page_again
from tests.night import Night
from tests.talkers import acknowledging, receipt
from tests.team import METHODS
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.sent import Sent
from tocsin.engine.engine import Engine
from tocsin.store.database import Database
from tocsin.store.reaching.messages import MESSAGES
from tocsin.usecases.reaching import hearing, late_receipts


@pytest.fixture
async def ladder(database: Database) -> Ladder:
    return Ladder(await Night.falls(database))


async def hear(ladder: Ladder, name: str, state: str, *, by: str = "One", **given: Any) -> None:
    """Let a provider tell what became of the message that it calls so."""
    provider = ladder.board[by].provider
    told = receipt(name, state, **given)
    await hearing.take(ladder.board.house, provider, told, ladder.night.now)


async def sms(ladder: Ladder, place: int = 0) -> Sent:
    async with ladder.night.database.read() as tx:
        where = MESSAGES.c.channel == "sms"
        return (await MESSAGES.select(tx, where, order_by=(MESSAGES.c.at, MESSAGES.c.id)))[place]


async def test_a_receipt_is_kept_with_the_message_and_its_notifications(ladder: Ladder) -> None:
    await ladder.begin("fast")
    await ladder.trigger()
    await ladder.passes()
    before = await sms(ladder)
    ladder.night.passes(seconds=3)

    await hear(ladder, "One-1", "delivered", detail="On the handset.")

    after = await sms(ladder)
    [notification] = await ladder.night.notifications()
    assert (before.receipt, before.provider_ref) == ("accepted", "One-1")
    assert (after.receipt, after.receipt_detail) == ("delivered", "On the handset.")
    assert (after.receipt_at, after.provider_ref) == (ladder.night.now, "One-1")
    assert (notification.receipt, notification.receipt_at) == ("delivered", ladder.night.now)


async def test_a_receipt_never_goes_back(ladder: Ladder) -> None:
    await ladder.begin("fast")
    await ladder.trigger()
    await ladder.passes()

    for state in ("read", "delivered", "failed", "sent"):
        await hear(ladder, "One-1", state)
    await ladder.passes()

    assert (await sms(ladder)).receipt == "read"
    assert ladder.notebook.pages == []


async def test_what_failed_after_all_goes_to_the_next_provider_at_once_and_once(
    ladder: Ladder,
) -> None:
    await ladder.begin("fast", "fast")
    incident = await ladder.trigger()
    await ladder.passes()

    for _ in range(2):
        await hear(ladder, "One-1", "failed", detail="Rejected.")
        await ladder.passes()

    assert (ladder.sent("One"), ladder.sent("Two")) == (1, 1)
    assert await ladder.said(incident) == [
        "Notified Ann by SMS through One",
        "Could not notify Ann by SMS through One; another provider is asked",
        "Notified Ann by SMS through Two",
    ]


async def test_what_failed_everywhere_goes_another_way_and_then_to_the_next_level(
    ladder: Ladder,
) -> None:
    [method, _] = await ladder.begin("fast")
    await ladder.trigger()
    await ladder.passes()

    await hear(ladder, "One-1", "failed", detail="Unknown number.")
    ladder.notebook.answer = lambda _: NEVER
    await ladder.passes()

    assert [address for _, address in ladder.board["One"].sent] == ["+15551111", "+15552222"]
    assert (await ladder.method(method.id)).fault == "Unknown number."


async def test_what_may_do_better_later_is_tried_again(ladder: Ladder) -> None:
    await ladder.begin("fast")
    await ladder.trigger()
    await ladder.passes()

    await hear(ladder, "One-1", "failed", detail="Switched off.", retry=True)
    await ladder.passes(seconds=5)

    assert ladder.sent("One") == 2
    assert ladder.notebook.pages == []


async def test_what_is_delivered_is_no_fault_of_the_address(ladder: Ladder) -> None:
    [method, _] = await ladder.begin("fast")
    ladder.board["One"].answers = [NEVER, Delivery(ok=True, detail="queued")]
    await ladder.trigger()
    await ladder.passes()
    await ladder.night.amend(*await ladder.night.incidents(), status="acknowledged")
    assert (await ladder.method(method.id)).fault

    await hear(ladder, "One-1", "delivered")  # no such name: nothing was taken
    assert (await ladder.method(method.id)).fault
    [incident] = await ladder.night.incidents()
    await ladder.night.amend(incident, status="triggered", reopens=False)
    await ladder.passes(minutes=2)
    await hear(ladder, "One-2", "delivered")

    assert (await ladder.method(method.id)).fault is None


async def test_a_late_failure_of_what_nobody_wants_any_more_pages_nobody(ladder: Ladder) -> None:
    await ladder.begin("fast")
    incident = await ladder.trigger()
    await ladder.passes()
    await ladder.night.acknowledge(incident)

    await hear(ladder, "One-1", "failed", detail="Rejected.")
    await ladder.passes(minutes=1)

    assert (await sms(ladder)).receipt == "failed"
    assert ladder.notebook.pages == []


async def test_without_a_receipt_in_time_another_way_is_tried(ladder: Ladder) -> None:
    await ladder.begin("sure", "fast")
    incident = await ladder.trigger()

    await ladder.passes()
    await ladder.passes(seconds=59)
    assert ladder.notebook.pages == []
    await ladder.passes(seconds=1)
    await hear(ladder, "One-1", "failed", detail="Expired.")
    await ladder.passes()

    assert ladder.notebook.pages == [("ann@example.com", ["Disk full"])]
    assert ladder.sent("Two") == 1
    assert await ladder.said(incident) == [
        "Notified Ann by SMS through One",
        "Could not notify Ann by SMS through One; another way is tried",
        "Notified Ann by e-mail",
        "Could not notify Ann by SMS through One; another provider is asked",
        "Notified Ann by SMS through Two",
    ]


async def test_without_another_way_another_provider_is_asked(ladder: Ladder) -> None:
    await ladder.begin("sure", "fast")
    async with ladder.night.database.read() as tx:
        [email] = await METHODS.select(tx, METHODS.c.address == "ann@example.com")
    await page_again(ladder, await ladder.trigger(), tried=email.id)

    await ladder.passes()
    await ladder.passes(minutes=1)

    assert (ladder.sent("One"), ladder.sent("Two")) == (1, 1)
    assert ladder.notebook.pages == []


async def test_without_anything_else_a_missing_receipt_is_let_be(ladder: Ladder) -> None:
    await ladder.begin("sure")
    async with ladder.night.database.read() as tx:
        [email] = await METHODS.select(tx, METHODS.c.address == "ann@example.com")
    incident = await ladder.trigger()
    await page_again(ladder, incident, tried=email.id)

    await ladder.passes()
    await ladder.passes(minutes=1)

    assert await ladder.said(incident) == ["Notified Ann by SMS through One"]
    assert await ladder.night.alarms() == []


@pytest.mark.parametrize("state", ["delivered", "read"])
async def test_with_a_receipt_in_time_nothing_more_is_done(ladder: Ladder, state: str) -> None:
    await ladder.begin("sure", "fast")
    await ladder.trigger()
    await ladder.passes()
    await hear(ladder, "One-1", state)

    await ladder.passes(minutes=2)

    assert ladder.notebook.pages == []


async def test_whoever_has_answered_has_it(ladder: Ladder) -> None:
    await ladder.begin("sure")
    await ladder.trigger()
    await ladder.passes()
    [(message, _)] = ladder.board["One"].sent
    provider = ladder.board["One"].provider
    answer = acknowledging(message.token)
    await hearing.take(ladder.board.house, provider, answer, ladder.night.now)

    await ladder.passes(minutes=2)

    assert ladder.notebook.pages == []
    assert "receipt" not in {work.kind for work in await ladder.night.work("timer")}


async def test_a_call_that_was_answered_waits_for_no_receipt(ladder: Ladder) -> None:
    await ladder.begin("sure")
    ladder.board["One"].answers = [Delivery(ok=True, detail="heard", is_received=True)]
    await ladder.trigger()

    await ladder.passes()

    assert "receipt" not in {work.kind for work in await ladder.night.work("timer")}


async def test_a_receipt_may_be_faster_than_what_is_written_down(ladder: Ladder) -> None:
    await ladder.begin("fast")
    await ladder.trigger()

    hearing_of_it = asyncio.create_task(hear(ladder, "One-1", "delivered"))
    await asyncio.sleep(0)
    await ladder.passes()
    await hearing_of_it

    assert (await sms(ladder)).receipt == "delivered"


async def test_a_receipt_for_nothing_of_ours_is_let_go(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(late_receipts, "PAUSES", (0.0,))
    await ladder.begin("fast", "fast")
    await ladder.trigger()
    await ladder.passes()

    await hear(ladder, "Nothing", "failed")
    await hear(ladder, "One-1", "failed", by="Two")

    assert (await sms(ladder)).receipt == "accepted"


async def test_the_engine_of_another_node_knows_when_a_receipt_is_missing(ladder: Ladder) -> None:
    await ladder.begin("sure")
    await ladder.trigger()
    await ladder.passes()
    other = Engine(ladder.board.house, ladder.board.carrying, CollectorRegistry())

    await other.run_due(ladder.night.passes(minutes=1))

    assert ladder.notebook.pages == [("ann@example.com", ["Disk full"])]
