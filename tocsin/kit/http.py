"""The one way out: a guard of addresses, and a client that asks it before every connection."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import h11
import httpx
import msgspec

from tocsin.kit.connections import MOST_IDLE, Connections
from tocsin.kit.http11 import Connection, Place
from tocsin.kit.unpacking import ACCEPTED, unpacked
from tocsin.kit.wire import connect

CONNECT_TIMEOUT: Final = 5.0
CONNECTIONS: Final = 100
_PORTS: Final = {"http": 80, "https": 443}
PRIVATE: Final = "private"  # stands for all networks that are not public
# Look-ups cannot be interrupted: names that nobody answers for must not keep others waiting.
_LOOK_UPS: Final = ThreadPoolExecutor(64, thread_name_prefix="look-up")
_Question = tuple[asyncio.AbstractEventLoop, str, int | None]
_asked: Final[dict[_Question, asyncio.Future[list[str]]]] = {}

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Where machines in a cloud learn who they are, and with which keys.
_NEVER: Final = tuple(
    ipaddress.ip_network(network)
    for network in (
        "169.254.0.0/16",
        "fe80::/10",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::/32",
        "fd20:ce::254",
        "fd00:42::42",
        "fd00:c1::a9fe:a9fe",
    )
)
# Addresses that end with the IPv4 address which they stand for.
_STAND_FOR_IPV4: Final = tuple(
    ipaddress.IPv6Network(network)
    for network in ("::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "::/96")
)


class ForbiddenAddress(httpx.RequestError):
    """The host has only addresses that may not be reached."""


class UnknownHost(httpx.ConnectError):
    """Nobody knows the host."""


class Outbound(msgspec.Struct, frozen=True):
    """Where requests of ours may go; ``allow`` makes exceptions from ``deny``."""

    deny: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()

    def permits(self, address: str) -> bool:
        """Say whether an address may be reached."""
        ip = _meant(address)
        if _is_within(ip, _NEVER):
            return False
        return not self._denies(ip) or _is_within(ip, _networks(self.allow))

    async def resolve(self, host: str, port: int | None = None) -> tuple[str, ...]:
        """Return the addresses of a host that may be reached, best first; there is one at least."""
        found = (host,) if _is_address(host) else await _look_up(host, port)
        permitted = tuple(address for address in found if self.permits(address))
        if not permitted:
            raise ForbiddenAddress(f"{host} has no address that Tocsin may reach.")
        return permitted

    async def connect(
        self, host: str, port: int
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the first address of a host that takes it."""
        refusal = OSError()
        for address in await self.resolve(host, port):
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT):
                    return await asyncio.open_connection(address, port)
            except OSError as error:
                refusal = error
        raise refusal

    def _denies(self, ip: _Address) -> bool:
        if PRIVATE in self.deny and not is_public(str(ip)):
            return True
        return _is_within(ip, _networks(self.deny))


def make_client(
    outbound: Outbound,
    *,
    user_agent: str,
    timeout: float | None = CONNECT_TIMEOUT,
    connections: int | None = CONNECTIONS,
    kept: int = MOST_IDLE,
    tls: ssl.SSLContext | None = None,
) -> httpx.AsyncClient:
    """Return a client that follows nobody and keeps no cookie; whoever made it closes it.

    ``connections`` may be in use at a time, ``kept`` may be open in between. It changes ``tls`` for
    its own purposes. ``None`` bounds nothing.
    """
    return httpx.AsyncClient(
        transport=Guarded(outbound, connections=connections, kept=kept, tls=tls or trusting()),
        headers={"User-Agent": user_agent, "Accept-Encoding": ACCEPTED},
        timeout=httpx.Timeout(timeout, connect=CONNECT_TIMEOUT),
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


def trusting(*, strangers: bool = False) -> ssl.SSLContext:
    """Return how servers prove themselves, if they need to. Making one costs some 20 ms."""
    return httpx.create_ssl_context(verify=not strangers)


class Guarded(httpx.AsyncBaseTransport):
    """Connects to the very address it has checked, so that a name cannot change its mind.

    A connection may serve several requests, one after the other, if they name the same host.
    """

    def __init__(
        self, outbound: Outbound, *, connections: int | None, kept: int, tls: ssl.SSLContext
    ) -> None:
        tls.set_alpn_protocols(["http/1.1"])
        self._outbound = outbound
        self._tls = tls
        self._room = asyncio.Semaphore(connections) if connections else None
        self._connections = Connections(kept)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request by a connection that was kept, or by a new one."""
        place = _place_of(request.url)
        await self._enter(request)
        try:
            connection, head = await self._ask(place, request)
        except BaseException:
            self._leave()
            raise
        return unpacked(
            httpx.Response(
                head.status_code,
                headers=head.headers.raw_items(),
                stream=_Body(connection, request, self._leave),
                extensions={"network_stream": connection.wire, "reason_phrase": head.reason},
            )
        )

    async def aclose(self) -> None:
        """Close what nobody uses; what is in use is closed after that."""
        self._connections.close()

    async def _ask(self, place: Place, request: httpx.Request) -> tuple[Connection, h11.Response]:
        if connection := self._connections.take(place):
            count = connection.wire.count
            try:
                return connection, await _ask_by(connection, request)
            except (httpx.NetworkError, httpx.RemoteProtocolError):
                # The other side hung up just now: it is asked as if nothing had been kept.
                is_unheard = connection.wire.count == count
                if not (is_unheard and isinstance(request.stream, httpx.ByteStream)):
                    raise
        connection = await self._connect(place, request)
        return connection, await _ask_by(connection, request)

    async def _connect(self, place: Place, request: httpx.Request) -> Connection:
        """Connect to the first address that takes it."""
        seconds = request.extensions.get("timeout", {}).get("connect")
        tls = self._tls if place.scheme == "https" else None
        refusal: httpx.TransportError = httpx.ConnectError("", request=request)
        for address in await self._outbound.resolve(place.host, place.port):
            try:
                wire = await connect(address, place.port, host=place.host, tls=tls, seconds=seconds)
                return Connection(place, wire)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if tls_fault(error):
                    raise
                refusal = error
        raise refusal

    async def _enter(self, request: httpx.Request) -> None:
        """Wait until there is room for one more."""
        if self._room is None:
            return
        try:
            async with asyncio.timeout(request.extensions.get("timeout", {}).get("pool")):
                await self._room.acquire()
        except TimeoutError as error:
            raise httpx.PoolTimeout("Too many requests are under way.") from error

    def _leave(self, connection: Connection | None = None) -> None:
        if connection:
            self._connections.give_back(connection)
        if self._room:
            self._room.release()


class _Body(httpx.AsyncByteStream):
    """What comes back by a connection, which is handed to ``leave`` when that is closed."""

    def __init__(
        self,
        connection: Connection,
        request: httpx.Request,
        leave: Callable[[Connection], None],
    ) -> None:
        self._connection = connection
        self._seconds = request.extensions.get("timeout", {}).get("read")
        self._leave = leave
        self._is_closed = False

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._connection.body(self._seconds)

    async def aclose(self) -> None:
        if not self._is_closed:
            self._is_closed = True
            self._leave(self._connection)


async def _ask_by(connection: Connection, request: httpx.Request) -> h11.Response:
    try:
        return await connection.ask(request)
    except BaseException:
        connection.wire.abort()
        raise


def tls_fault(error: BaseException) -> ssl.SSLError | None:
    """Return what went wrong in a handshake, if that is the cause of an error."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return cause


def is_public(address: str) -> bool:
    """Say whether an address belongs to the internet at large."""
    ip = _meant(address)
    is_local = ip.is_multicast or (ip.version == 6 and ip.is_site_local)
    return ip.is_global and not is_local


def _place_of(url: httpx.URL) -> Place:
    host = url.raw_host.decode()
    if url.scheme not in _PORTS or not host:
        raise httpx.UnsupportedProtocol("The address must begin with http:// or https://.")
    return Place(url.scheme, host, url.port or _PORTS[url.scheme])


async def _look_up(host: str, port: int | None) -> list[str]:
    """Ask for a name; all who want to know it meanwhile wait for the same answer."""
    loop = asyncio.get_running_loop()
    question = (loop, host, port)
    answer = _asked.get(question)
    if answer is None:
        answer = _asked[question] = loop.run_in_executor(_LOOK_UPS, _addresses, host, port)
        answer.add_done_callback(partial(_forget, question))
    try:
        return await asyncio.shield(answer)
    except (OSError, UnicodeError) as error:
        raise UnknownHost(f"{host} is not known.") from error


def _forget(question: _Question, answer: asyncio.Future[list[str]]) -> None:
    del _asked[question]
    if not answer.cancelled():
        answer.exception()  # perhaps nobody waits any more who could be told


def _addresses(host: str, port: int | None) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _meant(address: str) -> _Address:
    """Return the address that packets for ``address`` go to in the end."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.is_unspecified:
        return ipaddress.ip_address("127.0.0.1" if ip.version == 4 else "::1")
    if ip.version == 4 or ip.is_loopback:
        return ip
    if _is_within(ip, _STAND_FOR_IPV4):
        return _meant(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
    return _meant(str(ip.sixtofour)) if ip.sixtofour else ip


def _is_within(ip: _Address, networks: tuple[_Network, ...]) -> bool:
    return any(ip in network for network in networks)


@cache
def _networks(texts: tuple[str, ...]) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts if text != PRIVATE)
