"""PostgreSQL: what a query finds, asked in a transaction that can change nothing."""

import ssl
from collections.abc import Sequence
from functools import partial
from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import asyncpg

from tocsin.domain.monitoring.monitor import PostgreSql, Tls
from tocsin.kit.text import one_line
from tocsin.probes import certificates
from tocsin.probes.facing import facing
from tocsin.probes.keeping import kept
from tocsin.probes.look import Fault, Look
from tocsin.probes.tls import shake_hands

PORT: Final = 5432
MOST_ROWS: Final = 1000
LONGEST_VALUE: Final = 200
_CLOSING: Final = 1.0  # seconds
_SHARE: Final = 0.8  # of the time of the look: its own faults say more
_REFUSED: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)


async def measure(target: PostgreSql, look: Look) -> None:
    """Connect, ask, and keep what stands first."""
    parts = urlsplit(target.dsn)
    host, port = parts.hostname or "", parts.port or PORT
    shake = partial(shake_hands, Tls(host=host, port=port, start_tls="postgres"), look)
    async with facing(host, port, look, shake=shake):
        connection = await _connect(parts, host, port, look)
        try:
            rows = await _ask(connection, target.query, look.timeout * _SHARE)
        except _REFUSED as error:
            raise _fault_of_query(error) from error
        finally:
            await _close(connection)
    look.learn(rows=len(rows))
    if rows and len(rows[0]):
        look.learn(value=kept(rows[0][0]))


async def _connect(parts: SplitResult, host: str, port: int, look: Look) -> Any:
    tls = _tls(parts, host, look)
    refusal = OSError()
    for address in await look.tools.outbound.resolve(host, port):
        try:
            connection = await asyncpg.connect(
                host=address,
                port=port,
                user=unquote(parts.username or "postgres"),
                password=unquote(parts.password or ""),
                database=unquote(parts.path.removeprefix("/") or parts.username or "postgres"),
                ssl=tls,
                timeout=None,
                statement_cache_size=0,  # poolers forget statements
                target_session_attrs="any",
            )
            _learn_of(tls, look)
            return connection
        except asyncpg.InvalidAuthorizationSpecificationError as error:
            raise Fault("authentication", f"The server lets nobody in: {_told(error)}") from error
        except _REFUSED as error:
            raise Fault("connection", f"The server takes no connection: {_told(error)}") from error
        except OSError as error:
            refusal = error
    raise refusal


def _learn_of(tls: "_Named | str", look: Look) -> None:
    certificate = certificates.read(tls.connection) if isinstance(tls, _Named) else None
    if certificate:
        look.learn(certificate_days=certificate.days(look.tools.clock()))


async def _ask(connection: Any, query: str, seconds: float) -> Sequence[Any]:
    async with connection.transaction(readonly=True):
        await connection.execute(f"set local statement_timeout = {int(seconds * 1000)}")
        cursor = await connection.cursor(query)
        rows: Sequence[Any] = await cursor.fetch(MOST_ROWS)
        return rows


async def _close(connection: Any) -> None:
    try:
        await connection.close(timeout=_CLOSING)
    except (*_REFUSED, OSError):
        connection.terminate()


def _fault_of_query(error: Exception) -> Fault:
    if isinstance(error, asyncpg.QueryCanceledError):
        return Fault("timeout", "The query takes too long")
    return Fault("query", f"The query is refused: {_told(error)}")


def _told(error: Exception) -> str:
    return one_line(str(error), LONGEST_VALUE)


def _tls(parts: SplitResult, host: str, look: Look) -> "_Named | str":
    """Return how TLS is spoken: with belief in the certificate only if the address asks for it."""
    mode = parse_qs(parts.query).get("sslmode", ["prefer"])[-1]
    if not mode.startswith("verify"):
        return mode
    context = _Named(ssl.PROTOCOL_TLS_CLIENT)
    context.host = host
    context.check_hostname = mode == "verify-full"
    context.load_verify_locations(cadata=b"".join(look.tools.tls.get_ca_certs(binary_form=True)))
    return context


class _Named(ssl.SSLContext):
    """Expects the certificate of a host at whatever address it is connected to."""

    host: str
    connection: ssl.SSLObject

    def wrap_bio(self, *args: Any, **options: Any) -> ssl.SSLObject:
        """Begin a connection, in the host's name."""
        self.connection = super().wrap_bio(*args, **options | {"server_hostname": self.host})
        return self.connection
