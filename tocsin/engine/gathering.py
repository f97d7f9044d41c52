"""Gathering: what is asked for while others are served is done for all of them together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_TOGETHER: Final = 100


class Gathering(Generic[Item, Result]):
    """Turns a function of many into one of each. What fails for many is tried for each alone.

    The first who asks waits for others for ``patience`` seconds.
    """

    def __init__(
        self,
        do: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        patience: float = 0.0,
    ) -> None:
        self._do = do
        self._patience = patience
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._serving: asyncio.Task[None] | None = None

    async def ask(self, item: Item) -> Result:
        """Return what is done for this one."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve())
        return await future

    async def _serve(self) -> None:
        while self._waiting:
            if self._patience and len(self._waiting) < MOST_TOGETHER:
                await asyncio.sleep(self._patience)
            together = self._waiting[:MOST_TOGETHER]
            del self._waiting[:MOST_TOGETHER]
            if not await self._serve_these(together):
                for one in together:
                    await self._serve_these([one])

    async def _serve_these(self, together: Sequence[tuple[Item, asyncio.Future[Result]]]) -> bool:
        """Say whether that is the end of it: several of which one may be at fault are not told."""
        items = [item for item, _ in together]
        (answer,) = await asyncio.gather(self._do(items), return_exceptions=True)
        if isinstance(answer, BaseException):
            if len(together) == 1:
                _tell(together[0][1], answer)
            return len(together) == 1
        for (_, future), result in zip(together, answer, strict=True):
            _tell(future, result)
        return True


def _tell(future: asyncio.Future[Result], answer: Result | BaseException) -> None:
    if future.done():
        return  # whoever asked was cancelled
    if isinstance(answer, BaseException):
        future.set_exception(answer)
    else:
        future.set_result(answer)
