"""Together: whoever asks while a question is under way shares the next one."""

import asyncio
from collections.abc import Sequence

import pytest

from tocsin.engine import together as together_module
from tocsin.engine.together import Together
from tocsin.usecases.errors import DatabaseAway


class Doubler:
    """Doubles numbers once ``open``; it cannot double those that are its ``poison``."""

    def __init__(self, poison: int = -1, fault: Exception | None = None) -> None:
        self.asked: list[list[int]] = []
        self.open = asyncio.Event()
        self._poison = poison
        self._fault = fault or ValueError("poison")

    async def double(self, numbers: Sequence[int]) -> list[int]:
        self.asked.append([*numbers])
        await self.open.wait()
        if self._poison in numbers:
            raise self._fault
        return [2 * number for number in numbers]


async def ask(doubler: Doubler, *numbers: int) -> list[int | BaseException]:
    """Ask the first number, and while it is under way all others."""
    together = Together(doubler.double)
    asking = [asyncio.create_task(together.ask(number)) for number in numbers[:1]]
    await asyncio.sleep(0.01)
    asking += [asyncio.create_task(together.ask(number)) for number in numbers[1:]]
    await asyncio.sleep(0.01)
    doubler.open.set()
    return await asyncio.gather(*asking, return_exceptions=True)


async def test_the_first_goes_at_once_and_what_comes_meanwhile_goes_in_one() -> None:
    doubler = Doubler()

    answers = await ask(doubler, 1, 2, 3)

    assert answers == [2, 4, 6]
    assert doubler.asked == [[1], [2, 3]]


async def test_what_comes_meanwhile_waits_for_more_to_come() -> None:
    doubler = Doubler()
    doubler.open.set()
    together = Together(doubler.double, patience=0.05)
    first, second = (asyncio.create_task(together.ask(number)) for number in (1, 2))
    await asyncio.sleep(0.01)
    assert doubler.asked == [[1, 2]]
    doubler.open.clear()
    third = asyncio.create_task(together.ask(3))
    await asyncio.sleep(0.01)
    fourth = asyncio.create_task(together.ask(4))
    await asyncio.sleep(0.01)
    doubler.open.set()
    await asyncio.sleep(0.01)

    answers = await asyncio.gather(first, second, third, fourth, together.ask(5))
    assert [*answers] == [2, 4, 6, 8, 10]
    assert doubler.asked == [[1, 2], [3], [4, 5]]


async def test_no_company_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(together_module, "MOST_TOGETHER", 2)
    doubler = Doubler()

    assert await ask(doubler, 1, 2, 3, 4) == [2, 4, 6, 8]
    assert doubler.asked == [[1], [2, 3], [4]]


async def test_what_fails_in_company_is_tried_alone_so_that_the_others_succeed() -> None:
    doubler = Doubler(poison=3)

    two, three, four = (await ask(doubler, 1, 2, 3, 4))[1:]

    assert (two, four) == (4, 8)
    assert isinstance(three, ValueError)
    assert doubler.asked == [[1], [2, 3, 4], [2], [3], [4]]


async def test_nobody_asks_alone_while_the_database_is_away() -> None:
    doubler = Doubler(poison=3, fault=DatabaseAway("The database cannot be reached."))

    answers = await ask(doubler, 1, 2, 3)

    assert [type(answer) for answer in answers] == [int, DatabaseAway, DatabaseAway]
    assert doubler.asked == [[1], [2, 3]]


@pytest.mark.parametrize("poison", [-1, 3])
async def test_whoever_does_not_wait_any_longer_disturbs_nobody(poison: int) -> None:
    doubler = Doubler(poison=poison)
    together = Together(doubler.double)
    hasty = asyncio.create_task(together.ask(3))
    await asyncio.sleep(0.01)

    hasty.cancel()
    patient = asyncio.create_task(together.ask(2))
    doubler.open.set()

    assert await patient == 4
    assert hasty.cancelled()
