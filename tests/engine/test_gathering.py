"""Gathering: one call for all who asked meanwhile, and nobody suffers from another's fault."""

import asyncio
from collections.abc import Sequence

import pytest

from tocsin.engine.gathering import Gathering


class Kitchen:
    """Doubles numbers; one of them cannot be doubled."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []

    async def double(self, numbers: Sequence[int]) -> list[int]:
        self.batches.append(list(numbers))
        await asyncio.sleep(0.01)
        if 13 in numbers:
            raise ValueError("unlucky")
        return [2 * number for number in numbers]


async def test_what_is_asked_meanwhile_goes_together() -> None:
    kitchen = Kitchen()
    gathering = Gathering(kitchen.double)
    first = asyncio.create_task(gathering.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    rest = await asyncio.gather(*(gathering.ask(number) for number in (2, 3, 4)))

    assert (await first, rest) == (2, [4, 6, 8])
    assert kitchen.batches == [[1], [2, 3, 4]]


async def test_the_first_may_wait_for_others() -> None:
    kitchen = Kitchen()
    gathering = Gathering(kitchen.double, patience=0.05)
    first = asyncio.create_task(gathering.ask(1))
    await asyncio.sleep(0.001)

    assert (await gathering.ask(2), await first) == (4, 2)
    assert kitchen.batches == [[1, 2]]


async def test_a_fault_is_told_only_to_whoever_caused_it() -> None:
    gathering = Gathering(Kitchen().double)

    found = await asyncio.gather(*map(gathering.ask, (12, 13, 14)), return_exceptions=True)

    assert (found[0], found[2]) == (24, 28)
    assert isinstance(found[1], ValueError)


async def test_whoever_asks_alone_hears_of_the_fault_at_once() -> None:
    kitchen = Kitchen()

    with pytest.raises(ValueError, match="unlucky"):
        await Gathering(kitchen.double).ask(13)

    assert kitchen.batches == [[13]]


async def test_whoever_went_away_keeps_nobody_waiting() -> None:
    gathering = Gathering(Kitchen().double)
    gone = asyncio.create_task(gathering.ask(1))
    stays = asyncio.create_task(gathering.ask(2))
    await asyncio.sleep(0)

    gone.cancel()

    assert await stays == 4
