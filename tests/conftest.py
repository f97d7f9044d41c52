"""What tests share: a real PostgreSQL for the session, and an empty database for each test."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

from tocsin.store.database import Database
from tocsin.store.migrate import upgrade
from tocsin.store.postgres import Postgres
from tocsin.store.tables import metadata

pytest_plugins = (
    "tests.atlas",
    "tests.contract.judge",
    "tests.hook",
    "tests.inbox",
    "tests.night",
    "tests.post",
    "tests.chromium",  # uses the others, which must have been seen by then
)

# How long an example takes says how busy the machine is, and nothing about the product.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# Deleting from the few tables that have rows is five times as fast as truncating them all. Rows
# go without regard to foreign keys and triggers; what a migration has put there stays.
_KEPT = {"config_version"}
_CLEAN = f"""
do $$
declare name text; begin
  set local session_replication_role = replica;
  foreach name in array array[{", ".join(f"'{t}'" for t in metadata.tables if t not in _KEPT)}]
  loop
    execute format('delete from %I', name);
  end loop;
  for name in select sequencename from pg_sequences where last_value is not null loop
    execute format('alter sequence %I restart', name);
  end loop;
end $$
"""


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Run all asynchronous tests of a session on one loop, of the kind that the server uses."""
    return "asyncio", {"use_uvloop": True}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that PostgreSQL can reach even when root runs the tests."""
    with open_folder() as path:
        yield path


@pytest.fixture(scope="session")
async def postgres() -> AsyncIterator[Postgres]:
    """Run one server for the session (with xdist: for the worker), and migrate its database."""
    with open_folder() as path:
        server = await Postgres.start(path, fast_and_unsafe=True)
        await upgrade(server.url)
        yield server
        await server.stop()


@pytest.fixture(scope="session")
async def _shared(postgres: Postgres) -> AsyncIterator[Database]:
    database = await Database.open(postgres.url)
    yield database
    await database.close()


@pytest.fixture
async def database(_shared: Database) -> Database:
    """Give a database whose tables are empty and whose numbers begin at one."""
    return await emptied(_shared)


async def emptied(database: Database) -> Database:
    """Let a database begin anew."""
    async with database.begin() as tx:
        await tx.execute(sa.text(_CLEAN))
    return database


@asynccontextmanager
async def another_database(postgres: Postgres, name: str) -> AsyncIterator[Database]:
    """Give a migrated database beside the usual one."""
    await _command(postgres, f"create database {name} template template0")
    url = postgres.url.replace("/tocsin?", f"/{name}?")
    await upgrade(url)
    database = await Database.open(url)
    yield database
    await database.close()
    await _command(postgres, f"drop database {name} with (force)")


async def _command(postgres: Postgres, sql: str) -> None:
    """Run what no transaction may hold, on a connection that no test before has cut off."""
    admin = await Database.open(postgres.url)
    async with admin.engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(sa.text(sql))
    await admin.close()


@contextmanager
def open_folder() -> Iterator[Path]:
    """Make a folder beneath which every user may look, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="tocsin-"))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
