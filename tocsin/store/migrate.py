"""Brings a database up to the tables that this version expects: one Alembic file per change."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path
from typing import Final

import asyncpg
import sqlalchemy as sa
import structlog
from alembic.config import Config
from alembic.environment import EnvironmentContext
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from tocsin.store.database import told_as_away

MIGRATIONS: Final = Path(__file__).parent / "migrations"
LOCK: Final = 0x70C519  # one node migrates, the others wait for it

_log = structlog.get_logger("tocsin.migrate")


async def upgrade(url: str) -> None:
    """Make every change that the database lacks, each in a transaction of its own.

    A database that is ahead of us is left alone: a newer version runs beside this one.
    """
    with told_as_away():
        async with _connect(url) as connection:
            await connection.execute(sa.select(sa.func.pg_advisory_lock(LOCK)))
            await connection.commit()
            await connection.run_sync(_upgrade)


async def is_current(tx: AsyncConnection) -> bool:
    """Tell whether the database has every change that this version knows of."""
    revisions = await tx.run_sync(_revisions)
    return bool(revisions) and (_scripts().get_current_head() in revisions or _is_ahead(revisions))


@asynccontextmanager
async def _connect(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=partial(asyncpg.connect, url), poolclass=sa.NullPool
    )
    async with engine.connect() as connection:
        yield connection


def _upgrade(connection: sa.Connection) -> None:
    before = _revisions(connection)
    connection.rollback()
    if _is_ahead(before):
        _log.warning("The database was migrated by a newer Tocsin", revisions=before)
        return
    scripts = _scripts()
    with EnvironmentContext(
        Config(), scripts, fn=lambda revision, _: scripts._upgrade_revs("head", revision)
    ) as context:
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    after = _revisions(connection)
    if after != before:
        _log.info("The database was migrated", before=before, after=after)


def _revisions(connection: sa.Connection) -> tuple[str, ...]:
    return MigrationContext.configure(connection).get_current_heads()


def _is_ahead(revisions: tuple[str, ...]) -> bool:
    known = {script.revision for script in _scripts().walk_revisions()}
    return any(revision not in known for revision in revisions)


@cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])
