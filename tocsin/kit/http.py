"""The one way out by HTTP: a client that follows nobody and, if told so, keeps to public nets."""

import asyncio
import ipaddress
import socket
from typing import Final

import httpx

CONNECT_TIMEOUT: Final = 5.0
# Kept connections are told apart by address, and two names may share one: none is kept.
_LIMITS: Final = httpx.Limits(max_connections=100, max_keepalive_connections=0)


class PrivateAddress(httpx.RequestError):
    """The host has no public address, and no other may be reached."""


def make_client(*, allow_private: bool, user_agent: str) -> httpx.AsyncClient:
    """Return a client; whoever made it closes it."""
    return httpx.AsyncClient(
        transport=None if allow_private else PublicOnly(),
        headers={"User-Agent": user_agent},
        timeout=CONNECT_TIMEOUT,
        limits=_LIMITS,
        follow_redirects=False,
    )


class PublicOnly(httpx.AsyncBaseTransport):
    """Connects to the very address it has checked, so that a name cannot change its mind."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport(limits=_LIMITS)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request to a public address of its host, still under the host's name."""
        host = request.url.raw_host.decode()
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=await _public_address(request, host))
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Close what is still open."""
        await self._inner.aclose()


def is_public(address: str) -> bool:
    """Say whether an address belongs to the internet at large."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None) or ip
    return ip.is_global and not ip.is_multicast and ip not in _NAT64


_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")  # may stand for any IPv4 address


async def _public_address(request: httpx.Request, host: str) -> str:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, request.url.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpx.ConnectError(f"{host} is not known.", request=request) from error
    for *_, address in found:
        if is_public(str(address[0])):
            return str(address[0])
    raise PrivateAddress(f"{host} has no public address.", request=request)
