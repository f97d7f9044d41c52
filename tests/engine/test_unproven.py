"""What was carried, to a machine for all we know: another way, some more tries, another level."""

import pytest

from tests.engine.test_failover import BROKE, NEVER, SENT, Ladder
from tests.night import Night
from tocsin.domain.reaching.channel import Delivery
from tocsin.store.database import Database

MACHINE = Delivery(ok=False, detail="Nobody pressed a key.", retry=True, is_unproven=True)


@pytest.fixture
async def ladder(database: Database) -> Ladder:
    return Ladder(await Night.falls(database))


async def test_what_a_machine_may_have_taken_goes_another_way_and_is_tried_three_times(
    ladder: Ladder,
) -> None:
    await ladder.begin("fast", "fast")
    ladder.board["One"].answers = [MACHINE]
    incident = await ladder.trigger()

    await ladder.passes()
    at_once = list(ladder.notebook.pages)
    for _ in range(9):
        await ladder.passes(seconds=30)

    assert at_once == [("ann@example.com", ["Disk full"])]
    assert ladder.notebook.pages == at_once
    assert (ladder.sent("One"), ladder.sent("Two")) == (3, 0)
    assert await ladder.said(incident) == [
        "Could not notify Ann by SMS through One; another way is tried",
        "Notified Ann by e-mail",
        "Could not notify Ann by SMS through One",
    ]
    assert await ladder.night.alarms() == []
    assert (await ladder.health("One")).failures == 0


async def test_when_machines_took_it_and_no_way_is_left_the_next_level_is_paged(
    ladder: Ladder,
) -> None:
    await ladder.begin("fast")
    ladder.board["One"].answers = [MACHINE, MACHINE, MACHINE, SENT]
    ladder.notebook.answer = lambda _: NEVER
    incident = await ladder.trigger()

    for _ in range(9):
        await ladder.passes(seconds=30)

    assert (await ladder.said(incident))[-3:] == [
        "Could not notify Ann by SMS through One; the next level is paged",
        "Escalated to Ben: Nobody of the level before could be reached.",
        "Notified Ben by SMS through One",
    ]


async def test_what_carried_to_a_machine_is_well_again(ladder: Ladder) -> None:
    await ladder.begin("fast", "fast")
    ladder.board["One"].answers = [BROKE, MACHINE]
    await ladder.trigger()
    await ladder.passes()
    failures = (await ladder.health("One")).failures

    await ladder.night.trigger("Another")
    await ladder.passes(minutes=2)

    assert (failures, (await ladder.health("One")).failures) == (1, 0)
