"""The way to the database: transactions, a fast lane for hot paths, and listening."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Any, Final, Self

import asyncpg
import msgspec
import sqlalchemy as sa
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

CONNECT_TIMEOUT: Final = 5.0  # seconds, as all of these
COMMAND_TIMEOUT: Final = 30.0
WAIT_FOR_CONNECTION: Final = 10.0
CLOSE_TIMEOUT: Final = 5.0
LISTEN_AGAIN: Final = 0.5
STILL_THERE: Final = 30.0

_SESSION: Final = {"application_name": "tocsin", "timezone": "UTC"}
# Lists differ in what they ask for, and each is worth a plan of its own.
_BY_QUESTION: Final = {"plan_cache_mode": "force_custom_plan"}
# Hot paths look rows up by key. A plan made while a table was small must not outlive that.
_BY_KEY: Final = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_bitmapscan": "off",
    "enable_material": "off",
}
_AWAY: Final = (
    OSError,  # and so TimeoutError
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    sa.exc.TimeoutError,
)
_REFUSALS: Final = (
    asyncpg.InvalidAuthorizationSpecificationError,  # and so a wrong password
    asyncpg.InvalidCatalogNameError,
    asyncpg.ClientConfigurationError,
)
_SENTENCE: Final = "The database cannot be reached."
_READ_ONLY: Final = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}

_log = structlog.get_logger("tocsin.database")


class DatabaseAway(Exception):  # noqa: N818 - it comes back by itself
    """The database cannot be reached now. Nothing needs to be done for it to be found again."""


class DatabaseRefused(DatabaseAway):
    """The database is there and does not let us in; the sentence says why."""


class Database:
    """Two small pools of connections to one database, and whoever listens to it.

    It is opened without a connection, so that a server starts, and waits, without its database.
    """

    def __init__(self, url: str, engine: AsyncEngine, pool: asyncpg.Pool) -> None:
        self.url = url
        self.engine = engine
        self.pool = pool

    @classmethod
    async def open(cls, url: str, *, connections: int = 20) -> Self:
        """Prepare at most ``connections`` connections, a quarter of them for hot paths."""
        connect = partial(
            asyncpg.connect,
            url,
            timeout=CONNECT_TIMEOUT,
            command_timeout=COMMAND_TIMEOUT,
            server_settings=_SESSION | _BY_QUESTION,
        )
        hot = max(1, connections // 4)
        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            pool_size=connections - hot,
            max_overflow=0,
            pool_timeout=WAIT_FOR_CONNECTION,
            hide_parameters=True,  # an error is told in the log, and values can be secrets
            json_serializer=_to_json,
            json_deserializer=msgspec.json.decode,
        )
        sa.event.listen(engine.sync_engine, "checkout", _refuse_closed)
        pool = asyncpg.create_pool(
            url,
            min_size=0,
            max_size=hot,
            timeout=CONNECT_TIMEOUT,
            command_timeout=COMMAND_TIMEOUT,
            server_settings=_SESSION | _BY_KEY,
            init=_speak_json,
            reset=_keep,
        )
        return cls(url, engine, await pool)

    async def close(self) -> None:
        """Give all connections back; one that is busy for too long is cut."""
        await self.engine.dispose()
        try:
            await asyncio.wait_for(self.pool.close(), CLOSE_TIMEOUT)
        except TimeoutError:
            self.pool.terminate()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Yield a transaction, committed unless an exception leaves it."""
        with told_as_away():
            async with self.engine.begin() as tx:
                try:
                    yield tx
                except TimeoutError:
                    await tx.invalidate()
                    raise

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Yield a transaction that sees one instant of the database and cannot change it."""
        with told_as_away():
            async with self.engine.connect() as tx:
                await tx.execution_options(**_READ_ONLY)
                try:
                    yield tx
                except TimeoutError:
                    await tx.invalidate()
                    raise

    @asynccontextmanager
    async def hot(self) -> AsyncIterator[asyncpg.Connection]:
        """Yield a transaction on a connection of the driver's own, for hot paths."""
        with told_as_away():
            async with (
                self.pool.acquire(timeout=WAIT_FOR_CONNECTION) as connection,
                _transaction(connection),
            ):
                yield connection

    async def listen(self, channel: str, hear: Callable[[str], None]) -> None:
        """Hand what is notified on ``channel`` to ``hear``, until cancelled.

        At the start and after each interruption it hears the empty text: what was said while
        nobody listened is lost, so it should look for itself.
        """
        while True:
            with _logged(channel):
                await self._listen_once(channel, hear)
            await asyncio.sleep(LISTEN_AGAIN)

    async def _listen_once(self, channel: str, hear: Callable[[str], None]) -> None:
        gone = asyncio.Event()
        connection = await asyncpg.connect(
            self.url, timeout=CONNECT_TIMEOUT, server_settings=_SESSION
        )
        try:
            connection.add_termination_listener(lambda _: gone.set())
            await connection.add_listener(channel, lambda _c, _p, _n, payload: hear(payload))
            hear("")
            while not gone.is_set():
                await connection.execute("select 1", timeout=CONNECT_TIMEOUT)
                with suppress(TimeoutError):
                    async with asyncio.timeout(STILL_THERE):
                        await gone.wait()
        finally:
            connection.terminate()


@contextmanager
def told_as_away() -> Iterator[None]:
    """Raise ``DatabaseAway`` for whatever the libraries raise when the database is away."""
    try:
        yield
    except (*_AWAY, *_REFUSALS, sa.exc.DBAPIError) as error:
        cause = _cause(error)
        if isinstance(cause, _REFUSALS):
            raise DatabaseRefused(f"The database does not let us in: {cause}.") from error
        if isinstance(cause, _AWAY) or getattr(error, "connection_invalidated", False):
            raise DatabaseAway(_SENTENCE) from error
        raise


def _cause(error: Exception) -> BaseException | None:
    """Return what the driver raised, from beneath what SQLAlchemy made of it."""
    return error.orig.__cause__ if isinstance(error, sa.exc.DBAPIError) and error.orig else error


@asynccontextmanager
async def _transaction(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Do as the driver's own, and say it plainly when the connection is lost meanwhile."""
    transaction = connection.transaction()
    try:
        await transaction.start()
        try:
            yield
        except BaseException as error:
            if isinstance(error, TimeoutError):
                connection.terminate()
            if not _is_lost(connection):
                await transaction.rollback()
            raise
        await transaction.commit()
    except asyncpg.InterfaceError as error:
        if _is_lost(connection):
            raise ConnectionError(str(error)) from error
        raise


def _is_lost(connection: asyncpg.Connection) -> bool:
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:  # its pool has taken it back already
        return True


@contextmanager
def _logged(channel: str) -> Iterator[None]:
    try:
        yield
    except (*_AWAY, *_REFUSALS, asyncpg.InterfaceError) as error:
        _log.warning("Nobody listens for a moment", channel=channel, error=str(error))


def _refuse_closed(connection: Any, _record: object, _proxy: object) -> None:
    """Let the pool replace a connection that was closed while it lay there, at no round trip."""
    if connection.driver_connection.is_closed():
        raise sa.exc.DisconnectionError


def _to_json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def _keep(_connection: asyncpg.Connection) -> None:
    """Leave a returned connection as it is: hot paths change nothing of the session."""


async def _speak_json(connection: asyncpg.Connection) -> None:
    for kind, mark in (("json", b""), ("jsonb", b"\x01")):
        await connection.set_type_codec(
            kind,
            schema="pg_catalog",
            format="binary",
            encoder=partial(_encode, mark),
            decoder=partial(_decode, mark),
        )


def _encode(mark: bytes, value: object) -> bytes:
    return mark + msgspec.json.encode(value)


def _decode(mark: bytes, stored: bytes) -> Any:
    return msgspec.json.decode(memoryview(stored)[len(mark) :])
