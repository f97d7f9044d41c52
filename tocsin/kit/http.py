"""The one way out: a guard of addresses, and a client that asks it before every connection."""

import asyncio
import ipaddress
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final

import httpx
import msgspec

from tocsin.kit.unpacking import ACCEPTED, unpacked

CONNECT_TIMEOUT: Final = 5.0
CONNECTIONS: Final = 100
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
    tls: ssl.SSLContext | None = None,
) -> httpx.AsyncClient:
    """Return a client that follows nobody and keeps no cookie; whoever made it closes it.

    It changes ``tls`` for its own purposes. ``None`` bounds nothing.
    """
    return httpx.AsyncClient(
        transport=Guarded(outbound, connections=connections, tls=tls or trusting()),
        headers={"User-Agent": user_agent, "Accept-Encoding": ACCEPTED},
        timeout=httpx.Timeout(timeout, connect=CONNECT_TIMEOUT),
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    )


def trusting(*, strangers: bool = False) -> ssl.SSLContext:
    """Return how servers prove themselves, if they need to. Making one costs some 20 ms."""
    return httpx.create_ssl_context(verify=not strangers)


class Guarded(httpx.AsyncBaseTransport):
    """Connects to the very address it has checked, so that a name cannot change its mind."""

    def __init__(self, outbound: Outbound, *, connections: int | None, tls: ssl.SSLContext) -> None:
        # Kept connections are told apart by address, and two names may share one: none is kept.
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=0)
        self._inner = httpx.AsyncHTTPTransport(verify=tls, limits=limits)
        self._outbound = outbound

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to the first address that takes it, still under the host's name."""
        host = request.url.raw_host.decode()
        if request.url.scheme not in {"http", "https"} or not host:
            raise httpx.UnsupportedProtocol("The address must begin with http:// or https://.")
        refusal: httpx.TransportError = httpx.ConnectError("", request=request)
        for address in await self._outbound.resolve(host, request.url.port):
            try:
                return unpacked(await self._inner.handle_async_request(_sent_to(address, request)))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if tls_fault(error):
                    raise
                refusal = error
            except AttributeError as error:  # anyio on uvloop, of what was reset before its use
                raise httpx.ReadError("The connection was reset.", request=request) from error
        raise refusal

    async def aclose(self) -> None:
        """Close what is still open."""
        await self._inner.aclose()


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


def _sent_to(address: str, request: httpx.Request) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": request.url.raw_host.decode()},
    )


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
