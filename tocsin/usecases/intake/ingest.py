"""Group commit: all events that wait become one transaction, and none is answered before it."""

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import asyncpg
import structlog

from tocsin.kit.clock import Clock
from tocsin.store.database import Database, DatabaseAway
from tocsin.usecases.directory import Directory
from tocsin.usecases.intake.batch import receive
from tocsin.usecases.intake.parcels import Full, Parcel, Stray, Verdict

log = structlog.get_logger(__name__)

MAX_BATCH: Final = 256
TRIES: Final = 5
RETRY_AFTER: Final = 5
CROWD: Final = 8  # parcels at once
UNSTORABLE: Final = "The event cannot be stored."

Post = Parcel | Stray
_CLASHES: Final = (
    asyncpg.UniqueViolationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
)
_UNSTORABLE: Final = (asyncpg.DataError, ValueError)


class Ingest:
    """Takes parcels from all connections and commits them in batches, one batch at a time.

    While one batch is on its way to the disk the next one gathers, so that the rate of commits
    follows the disk and the size of batches follows the load.
    """

    def __init__(
        self,
        *,
        database: Database,
        directory: Directory,
        clock: Clock,
        limit: int,
        after_commit: Callable[[], None] = lambda: None,
    ) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock
        self._limit = limit
        self._after_commit = after_commit
        self._waiting: deque[tuple[Post, asyncio.Future[Verdict]]] = deque()
        self._arrived = asyncio.Event()
        self._in_hand = 0

    @property
    def is_crowded(self) -> bool:
        """Whether many parcels are at the door, those of the batch being committed included."""
        return len(self._waiting) + self._in_hand >= CROWD

    @property
    def waiting(self) -> int:
        """How many parcels wait for a batch."""
        return len(self._waiting)

    async def take(self, parcel: Post) -> Verdict:
        """Return what became of the parcel, after the commit. Raises Full and DatabaseAway."""
        if len(self._waiting) >= self._limit:
            raise Full(RETRY_AFTER)
        future: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._waiting.append((parcel, future))
        self._arrived.set()
        return await future

    async def run(self) -> None:
        """Commit batches until cancelled; what waits by then is told that the house closes."""
        try:
            while True:
                await self._arrived.wait()
                batch = self._next_batch()
                self._in_hand = len(batch)
                await self._commit(batch)
                self._in_hand = 0
        finally:
            for _, future in self._waiting:
                if not future.done():
                    future.set_exception(DatabaseAway("The server is shutting down."))

    def _next_batch(self) -> list[tuple[Post, asyncio.Future[Verdict]]]:
        size = min(len(self._waiting), MAX_BATCH)
        batch = [self._waiting.popleft() for _ in range(size)]
        if not self._waiting:
            self._arrived.clear()
        return batch

    async def _commit(self, batch: list[tuple[Post, asyncio.Future[Verdict]]]) -> None:
        outcomes = await self._store([post for post, _ in batch])
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if future.done():
                continue  # the sender hung up
            if isinstance(outcome, Verdict):
                future.set_result(outcome)
            else:
                future.set_exception(outcome)

    async def _store(self, posts: Sequence[Post]) -> Sequence[Verdict | BaseException]:
        """Store a batch, or, if that fails, each parcel by itself: poison fails alone."""
        [outcome] = await asyncio.gather(self._transact(posts), return_exceptions=True)
        if isinstance(outcome, list):
            return outcome
        if isinstance(outcome, DatabaseAway):
            return [DatabaseAway(str(outcome)) for _ in posts]
        if len(posts) > 1:
            return [verdict for post in posts for verdict in await self._store([post])]
        return [await self._set_aside(posts[0], outcome)]

    async def _set_aside(self, post: Post, fault: BaseException) -> Verdict | BaseException:
        """Put what cannot be stored into quarantine. A fault of our own is told as one."""
        log.error("An event could not be stored", path=post.path, exc_info=fault)
        if isinstance(post, Parcel) and isinstance(fault, _UNSTORABLE):
            stray = Stray(
                key=post.key, reason=UNSTORABLE, path=post.path, sender=post.sender, body=post.body
            )
            [outcome] = await asyncio.gather(self._transact([stray]), return_exceptions=True)
            return outcome if isinstance(outcome, BaseException) else Verdict.UNSTORABLE
        return fault

    async def _transact(self, posts: Sequence[Post]) -> list[Verdict]:
        digests = [hashlib.sha256(post.key.encode()).digest() for post in posts]
        for tries_left in reversed(range(TRIES)):
            try:
                async with self._database.hot() as connection:
                    verdicts = await receive(
                        connection, self._directory, posts, digests, self._clock()
                    )
            except _CLASHES:
                if not tries_left:
                    raise
            else:
                self._after_commit()
                return verdicts
        raise AssertionError
