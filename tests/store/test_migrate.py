"""Migrations: they make what the tables declare, once, whoever comes first."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tocsin.store.database import Database
from tocsin.store.migrate import MIGRATIONS, is_current, upgrade
from tocsin.store.postgres import Postgres
from tocsin.store.tables import metadata
from tocsin.store.triggers import CONFIG_TABLES

EMPTY = "create database empty template template0"


@pytest.fixture
async def empty(postgres: Postgres, database: Database) -> AsyncIterator[Database]:
    """Give a database beside the usual one that was never migrated."""
    async with database.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(sa.text(EMPTY))
        opened = await Database.open(postgres.url.replace("/tocsin?", "/empty?"))
        yield opened
        await opened.close()
        await connection.execute(sa.text("drop database empty with (force)"))


async def test_migrations_make_what_the_tables_declare(database: Database) -> None:
    async with database.engine.connect() as connection:
        differences = await connection.run_sync(_differences)

    assert differences == []


async def test_the_comparison_sees_a_default_that_differs(database: Database) -> None:
    async with database.engine.connect() as connection:
        await connection.execute(sa.text("alter table users alter column role set default 'x'"))
        differences = await connection.run_sync(_differences)
        await connection.rollback()

    assert "modify_default" in str(differences)


async def test_each_table_of_the_configuration_raises_its_version(database: Database) -> None:
    query = sa.text(
        "select event_object_table from information_schema.triggers"
        " where trigger_name = 'raise_config_version'"
    )
    async with database.read() as tx:
        watched = set((await tx.execute(query)).scalars())

    assert watched == {table.name for table in CONFIG_TABLES}


async def test_nodes_that_start_together_migrate_once(empty: Database) -> None:
    async with empty.read() as tx:
        assert not await is_current(tx)

    await asyncio.gather(*(upgrade(empty.url) for _ in range(4)))

    async with empty.read() as tx:
        assert await is_current(tx)


async def test_a_database_of_a_newer_version_is_left_alone_and_serves(empty: Database) -> None:
    await upgrade(empty.url)
    async with empty.begin() as tx:
        await tx.execute(sa.text("update alembic_version set version_num = '9999'"))

    await upgrade(empty.url)

    async with empty.read() as tx:
        assert await is_current(tx)
        assert (await tx.execute(sa.text("table alembic_version"))).scalar_one() == "9999"


async def test_an_older_database_is_not_current(empty: Database) -> None:
    await upgrade(empty.url)
    async with empty.begin() as tx:
        await tx.execute(sa.text("delete from alembic_version"))

    async with empty.read() as tx:
        assert not await is_current(tx)


@pytest.mark.parametrize("path", sorted(MIGRATIONS.glob("[0-9]*.py")), ids=lambda path: path.stem)
def test_the_first_line_of_a_migration_says_why(path: Path) -> None:
    first = path.read_text().splitlines()[0]

    assert first.startswith('"""')
    assert first.endswith('."""')
    assert len(first.split()) > 3


def _differences(connection: sa.Connection) -> list[object]:
    context = MigrationContext.configure(
        connection, opts={"compare_server_default": True, "compare_type": True}
    )
    return list(compare_metadata(context, metadata))
