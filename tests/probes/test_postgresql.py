"""PostgreSQL: what a query finds in a real database, and that it can change nothing there."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from tests.probes.authority import NOW, Authority
from tests.probes.conftest import Looks
from tests.probes.talk import talking
from tests.probes.test_tls import POSTGRES
from tocsin.domain.monitoring.monitor import PostgreSql
from tocsin.store.database import Database
from tocsin.store.postgres import Postgres


@pytest.fixture
async def dsn(postgres: Postgres) -> AsyncIterator[str]:
    """Let the database, which listens at a socket in a folder, be reached by TCP."""
    file = f"{sa.make_url(postgres.url).query['host']}/.s.PGSQL.5432"

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(file)
        await asyncio.gather(_pour(reader, back), _pour(there, writer))

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    yield f"postgresql://tocsin@127.0.0.1:{port}/tocsin"
    server.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while part := await reader.read(65_536):
            writer.write(part)
    except ConnectionError:
        pass
    writer.close()


@pytest.mark.parametrize(
    ("query", "value", "rows"),
    [
        ("select 1", 1, 1),
        ("select 1.5::numeric", 1.5, 1),
        ("select true", True, 1),
        ("select null", "", 1),
        ("select 'text', 2", "text", 1),
        ("select '2026-03-02'::date", "2026-03-02", 1),
        ("select interval '2 minutes'", 120, 1),
        ("select n from generate_series(5, 3000) n", 5, 1000),
        ("select 1 where false", None, 0),
        ("show server_encoding", "UTF8", 1),
    ],
)
async def test_the_first_value_is_measured(
    look_at: Looks, dsn: str, query: str, value: Any, rows: int
) -> None:
    found = await look_at(PostgreSql(dsn=dsn, query=query))

    assert found.fault == ""
    assert (found.values.get("value"), found.values["rows"]) == (value, rows)


async def test_nothing_can_be_changed(look_at: Looks, dsn: str, database: Database) -> None:
    found = await look_at(PostgreSql(dsn=dsn, query="create table t ()"))
    both = await look_at(PostgreSql(dsn=dsn, query="commit; create table t ()"))

    assert (found.fault_kind, both.fault_kind) == ("query", "query")
    assert found.fault == (
        "The query is refused: cannot execute CREATE TABLE in a read-only transaction"
    )


async def test_a_query_that_is_refused_is_told(look_at: Looks, dsn: str) -> None:
    found = await look_at(PostgreSql(dsn=dsn, query="select * from nothing_here"))

    assert found.fault_kind == "query"
    assert found.fault == 'The query is refused: relation "nothing_here" does not exist'


async def test_a_query_that_takes_too_long_is_ended_by_the_database(
    look_at: Looks, dsn: str
) -> None:
    found = await look_at(PostgreSql(dsn=dsn, query="select pg_sleep(60)"), seconds=1.5)

    assert (found.fault_kind, found.fault) == ("timeout", "The query takes too long")


async def test_a_missing_database_is_told(look_at: Looks, dsn: str) -> None:
    found = await look_at(PostgreSql(dsn=f"{dsn}_of_nobody"))

    assert found.fault_kind == "connection"
    assert found.fault == (
        'The server takes no connection: database "tocsin_of_nobody" does not exist'
    )


async def test_a_user_who_may_not_come_in_is_told(look_at: Looks, dsn: str) -> None:
    found = await look_at(PostgreSql(dsn=dsn.replace("tocsin@", "mallory:guess@")))

    assert found.fault_kind == "authentication"
    assert found.fault.startswith("The server lets nobody in: ")


async def test_a_closed_port_is_told(look_at: Looks) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    found = await look_at(PostgreSql(dsn=f"postgresql://a@127.0.0.1:{port}/b"))

    assert (found.fault_kind, found.fault) == (
        "connection",
        f"127.0.0.1 refuses connections at port {port}",
    )


async def test_what_is_no_database_is_told(look_at: Looks) -> None:
    async with talking(("", "220 mail.example.com at your service")) as port:
        found = await look_at(PostgreSql(dsn=f"postgresql://a@127.0.0.1:{port}/b?sslmode=disable"))

    assert found.fault_kind == "connection"


async def test_silence_is_given_up(look_at: Looks) -> None:
    async with talking(("never", "")) as port:
        found = await look_at(PostgreSql(dsn=f"postgresql://a@127.0.0.1:{port}/b"), seconds=0.3)

    assert found.fault_kind in {"timeout", "connection"}


async def test_a_good_certificate_is_measured(
    look_at: Looks, dsn: str, authority: Authority
) -> None:
    """The database itself speaks no TLS: somebody before it does."""
    port = urlsplit(dsn).port or 0

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert (await reader.readexactly(8)).endswith(POSTGRES.encode("latin-1"))
        writer.write(b"S")
        await writer.start_tls(authority.context())
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_pour(reader, back), _pour(there, writer))

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    guarded = dsn.replace(str(port), str(server.sockets[0].getsockname()[1]))

    found = await look_at(PostgreSql(dsn=f"{guarded}?sslmode=verify-full"))

    assert (found.fault, found.values["value"]) == ("", 1)
    assert found.values["certificate_days"] == pytest.approx(30, abs=0.1)
    server.close()


@pytest.mark.parametrize(
    ("host", "mode", "expired", "fault"),
    [
        ("127.0.0.1", "verify-full", False, "The server takes no connection: "),
        ("other.example.com", "verify-ca", False, "The server takes no connection: "),
        (
            "other.example.com",
            "verify-full",
            False,
            "The certificate of 127.0.0.1 is for other.example.com",
        ),
        ("127.0.0.1", "verify-ca", True, "The certificate of 127.0.0.1 expired on "),
    ],
)
async def test_the_certificate_must_be_good_if_the_address_says_so(
    look_at: Looks, authority: Authority, host: str, mode: str, expired: bool, fault: str
) -> None:
    """A server that breaks off after the handshake was believed."""
    starts, expires = NOW - timedelta(9), NOW + timedelta(-1 if expired else 9)
    context = authority.context(host=host, starts=starts, expires=expires)
    async with talking((POSTGRES, "S"), tls=context) as port:
        found = await look_at(PostgreSql(dsn=f"postgresql://a@127.0.0.1:{port}/b?sslmode={mode}"))

    assert found.fault.startswith(fault)
    assert (found.fault_kind == "certificate") == ("certificate" in fault)
