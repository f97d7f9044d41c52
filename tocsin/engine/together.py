"""Together: what is asked for while a question is under way is asked in one go, once that ends."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

from tocsin.usecases.errors import DatabaseAway

MOST_TOGETHER: Final = 100

Item = TypeVar("Item")
Result = TypeVar("Result")
_Waiting = tuple[Item, asyncio.Future[Result]]


class Together(Generic[Item, Result]):
    """Lets many share the transactions of ``run``, which answers each item in its place.

    The first goes at once. What comes meanwhile goes together, and waits for more to come for
    ``patience`` seconds. What fails in company is tried alone.
    """

    def __init__(
        self,
        run: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        patience: float = 0.0,
    ) -> None:
        self._run = run
        self._patience = patience
        self._waiting: list[_Waiting[Item, Result]] = []
        self._serving: asyncio.Task[None] | None = None

    async def ask(self, item: Item) -> Result:
        """Return what ``run`` answers, or raise what it raised."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        return await future

    async def _serve(self) -> None:
        while self._waiting:
            company = self._waiting[:MOST_TOGETHER]
            del self._waiting[:MOST_TOGETHER]
            await self._answer(company)
            if self._patience and 0 < len(self._waiting) < MOST_TOGETHER:
                await asyncio.sleep(self._patience)

    async def _answer(self, company: Sequence[_Waiting[Item, Result]]) -> None:
        run = self._run([item for item, _ in company])
        (answer,) = await asyncio.gather(run, return_exceptions=True)
        if not isinstance(answer, BaseException):
            for (_, future), result in zip(company, answer, strict=True):
                if not future.done():
                    future.set_result(result)
        elif len(company) == 1 or isinstance(answer, DatabaseAway):
            for _, future in company:
                if not future.done():
                    future.set_exception(answer)
        else:
            for one in company:
                await self._answer([one])
