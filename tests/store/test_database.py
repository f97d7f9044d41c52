"""The way to the database: transactions, json, absences and listening."""

import asyncio
import os
import signal
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from tocsin.store.database import Database, DatabaseAway, DatabaseRefused
from tocsin.store.postgres import Postgres
from tocsin.store.tables import change_events, rings, settings


async def _count(database: Database) -> int:
    async with database.read() as tx:
        return int((await tx.execute(sa.select(sa.func.count()).select_from(rings))).scalar_one())


async def test_a_transaction_is_committed_when_it_is_left(database: Database) -> None:
    async with database.begin() as tx:
        await tx.execute(rings.insert().values(rule_id="P1"))

    assert await _count(database) == 1


async def test_an_error_does_not_tell_what_was_to_be_stored(database: Database) -> None:
    async with database.read() as tx:
        with pytest.raises(sa.exc.DBAPIError) as error:
            await tx.execute(sa.select(rings).where(rings.c.rule_id == "a secret\0"))

    assert "a secret" not in str(error.value)


async def test_an_exception_takes_everything_back(database: Database) -> None:
    with pytest.raises(ValueError, match="no"):
        async with database.begin() as tx:
            await tx.execute(rings.insert().values(rule_id="P1"))
            raise ValueError("no")
    with pytest.raises(ValueError, match="no"):
        async with database.hot() as connection:
            await connection.execute("insert into rings (rule_id) values ('P1')")
            raise ValueError("no")

    assert await _count(database) == 0


async def test_who_reads_cannot_write(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="read-only"):
        async with database.read() as tx:
            await tx.execute(rings.insert().values(rule_id="P1"))
    async with database.begin() as tx:  # the same connection again
        await tx.execute(rings.insert().values(rule_id="P1"))


async def test_who_reads_sees_one_instant(database: Database) -> None:
    async with database.read() as tx:
        before = (await tx.execute(sa.select(rings))).all()
        async with database.begin() as other:
            await other.execute(rings.insert().values(rule_id="P1"))
        assert (await tx.execute(sa.select(rings))).all() == before


async def test_json_goes_in_and_comes_out_as_values(database: Database) -> None:
    value = {"a": [1, None, "ö"], "b": {}}
    async with database.begin() as tx:
        await tx.execute(settings.insert().values(name="one", value=value))
    async with database.hot() as connection:
        await connection.execute("insert into settings values ('two', $1)", value)
        assert await connection.fetchval("select value from settings where name = 'one'") == value
        assert await connection.fetchval("select $1::json", value) == value
    async with database.read() as tx:
        rows = await tx.execute(sa.select(settings.c.value).where(settings.c.name == "two"))
        assert rows.scalar_one() == value


async def test_sessions_speak_utc(database: Database) -> None:
    async with database.hot() as connection, database.read() as tx:
        assert await connection.fetchval("show timezone") == "UTC"
        assert (await tx.execute(sa.text("show timezone"))).scalar_one() == "UTC"


async def test_each_test_begins_with_empty_tables(database: Database) -> None:
    assert await _count(database) == 0
    async with database.begin() as tx:
        await tx.execute(change_events.insert().values(_change()))
    async with database.hot() as connection:
        assert await connection.fetchval("select count(*) from config_version") == 1


async def test_broken_rules_are_not_taken_for_an_absence(database: Database) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        async with database.hot() as connection:
            for _ in range(2):
                await connection.execute("insert into rings (rule_id) values ('P1')")
    with pytest.raises(sa.exc.IntegrityError):
        async with database.begin() as tx:
            for _ in range(2):
                await tx.execute(rings.insert().values(rule_id="P1"))
    with pytest.raises(asyncpg.InterfaceError, match="expects 1 argument"):
        async with database.hot() as connection:
            await connection.fetchval("select $1::text")


async def test_a_lost_connection_is_an_absence_and_the_next_one_is_fresh(
    database: Database,
) -> None:
    suicide = "select pg_terminate_backend(pg_backend_pid())"
    with pytest.raises(DatabaseAway):
        async with database.begin() as tx:
            await tx.execute(sa.text(suicide))
    with pytest.raises(DatabaseAway):
        async with database.read() as tx:
            await tx.execute(sa.text(suicide))
    with pytest.raises(DatabaseAway):
        async with database.hot() as connection:
            await connection.execute(suicide)

    assert await _count(database) == 0
    async with database.hot() as connection:
        assert await connection.fetchval("select 1") == 1


async def test_a_refusal_is_told_in_one_sentence(postgres: Postgres) -> None:
    refused = await Database.open(postgres.url.replace("/tocsin?", "/nowhere?"))
    with pytest.raises(DatabaseRefused, match=r'let us in: database "nowhere" does not exist\.$'):
        async with refused.begin():
            pass
    with pytest.raises(DatabaseRefused):
        async with refused.hot():
            pass
    await refused.close()


async def test_a_late_answer_is_an_absence(database: Database) -> None:
    with pytest.raises(DatabaseAway):
        async with database.hot() as connection:
            await connection.execute("select pg_sleep(0.3)", timeout=0.05)

    async with database.hot() as connection:
        assert await connection.fetchval("select 1") == 1


async def test_a_server_can_wait_for_its_database(folder: Path) -> None:
    server = await Postgres.start(folder, fast_and_unsafe=True)
    database = await Database.open(server.url, connections=4)
    await database.close()
    await server.stop()
    database = await Database.open(server.url, connections=4)
    for _ in range(3):
        with pytest.raises(DatabaseAway):
            async with database.begin():
                pass
        with pytest.raises(DatabaseAway):
            async with database.hot():
                pass

    server = await Postgres.start(folder, fast_and_unsafe=True)

    async with database.begin() as tx, database.hot() as connection:
        assert (await tx.execute(sa.text("select 1"))).scalar_one() == 1
        assert await connection.fetchval("select 1") == 1
    await database.close()
    await server.stop()


async def test_a_database_that_went_down_is_found_again(folder: Path) -> None:
    server = await Postgres.start(folder, fast_and_unsafe=True)
    database = await Database.open(server.url, connections=4)
    with pytest.raises(DatabaseAway):
        async with database.begin() as tx, database.hot() as connection:
            await tx.execute(sa.text("select 1"))
            await connection.execute("select 1")
            os.kill(server.pid, signal.SIGKILL)
            await asyncio.sleep(0.1)

    async with asyncio.timeout(10):
        while True:
            try:
                async with database.begin() as tx, database.hot() as connection:
                    await tx.execute(sa.text("select 1"))
                    await connection.execute("select 1")
            except DatabaseAway:
                await asyncio.sleep(0.05)
            else:
                break
    await database.close()
    await server.stop()


async def test_what_is_notified_is_heard_also_after_an_interruption(database: Database) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    listener = asyncio.create_task(database.listen("ear", heard.put_nowait))

    assert await heard.get() == ""
    async with database.hot() as connection:
        await connection.execute("select pg_notify('ear', 'one')")
    assert await heard.get() == "one"

    async with database.hot() as connection:
        await connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where (query ilike 'select 1' or query ilike 'listen%')"  # the last, or just before
            " and pid <> pg_backend_pid() and datname = current_database()"
        )
    assert await asyncio.wait_for(heard.get(), 5) == ""
    async with database.hot() as connection:
        await connection.execute("select pg_notify('ear', 'two')")
    assert await heard.get() == "two"

    listener.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listener


def _change() -> dict[str, object]:
    return {
        "id": "Q1",
        "service_id": "P1",
        "integration_id": "P2",
        "at": sa.func.now(),
        "summary": "",
        "body": {},
    }
