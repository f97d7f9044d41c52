"""Fetching by HTTP: redirects, cookies, certificate and body, each within its bound."""

import codecs
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

import httpx
import msgspec

from tocsin.kit.text import one_line
from tocsin.probes import certificates
from tocsin.probes.facing import facing
from tocsin.probes.look import Fault, Look

MOST_BYTES: Final = 2_000_000
MOST_REDIRECTS: Final = 10
PORTS: Final = {"http": 80, "https": 443}
_CHARSET: Final = re.compile(rb"""<meta[^>]{0,200}charset=["']?([\w-]{1,40})""", re.IGNORECASE)
# Python reads these, too, but no page is written so, and 2 MB of the first take half an hour.
_NO_CHARSETS: Final = {"punycode", "idna", "unicode-escape", "raw-unicode-escape"}
_HEAD: Final = 2048  # bytes in which a page says how it is written


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back in the end, and from where."""

    url: httpx.URL
    status: int
    body: bytes
    text: str
    redirects: int = 0


async def fetch(
    request: httpx.Request,
    look: Look,
    *,
    client: httpx.AsyncClient,
    jar: httpx.Cookies | None = None,
    follow: bool = True,
) -> Answer:
    """Send a request, follow redirects if wanted, and read what comes in the end."""
    jar = httpx.Cookies() if jar is None else jar
    own = set(request.headers) - set(client.headers)
    for redirects in range(MOST_REDIRECTS + 1):
        if jar:
            jar.set_cookie_header(request)
        response, body = await _exchange(request, look, client, jar)
        following = response.next_request
        if following is None or not follow:
            return Answer(
                url=request.url,
                status=response.status_code,
                body=body,
                text=_decoded(body, response.charset_encoding),
                redirects=redirects,
            )
        if not _is_trusted(request.url, following.url):
            for name in own - {"host", "content-type", "content-length"}:
                following.headers.pop(name, None)
        request = following
    last = _bare(request.url)
    raise Fault("redirect", f"More than {MOST_REDIRECTS} redirects, the last to {last}")


def make_request(
    client: httpx.AsyncClient,
    method: str,
    url: str | httpx.URL,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    files: Sequence[tuple[str, tuple[None, str]]] | None = None,
) -> httpx.Request:
    """Make a request, if one can be made of its parts."""
    try:
        return client.build_request(method, url, headers=headers, content=content, files=files)
    except ValueError as error:
        told = one_line(str(error), 200)
        raise Fault("refused", f"The request cannot be sent: {told}") from error


def phrase(status: int) -> str:
    """Name a status."""
    try:
        return f"HTTP status {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"HTTP status {status}"


async def _exchange(
    request: httpx.Request, look: Look, client: httpx.AsyncClient, jar: httpx.Cookies
) -> tuple[httpx.Response, bytes]:
    url = request.url
    async with facing(url.host, url.port or PORTS.get(url.scheme, 0), look):
        response = await client.send(request, stream=True)
        try:
            _learn_of(response, look)
            body = await _read(response)
        finally:
            await response.aclose()
    if "set-cookie" in response.headers:
        jar.extract_cookies(response)
    return response, body


def _learn_of(response: httpx.Response, look: Look) -> None:
    look.learn(status=response.status_code)
    stream = response.extensions["network_stream"]
    if tls := stream.get_extra_info("ssl_object"):
        certificate = certificates.read(tls)
        if certificate:
            look.learn(certificate_days=certificate.days(look.tools.clock()))


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) >= MOST_BYTES:
            break
    return bytes(body[:MOST_BYTES])


def _decoded(body: bytes, charset: str | None) -> str:
    if charset is None and (found := _CHARSET.search(body[:_HEAD])):
        charset = found[1].decode()
    try:
        name = codecs.lookup(charset or "utf-8").name
        return body.decode("utf-8" if name in _NO_CHARSETS else name, errors="replace")
    except (LookupError, UnicodeError):
        return body.decode(errors="replace")


def _is_trusted(before: httpx.URL, after: httpx.URL) -> bool:
    """Say whether what was meant for one address may also be told to the other."""
    if before.host != after.host:
        return False
    where = (after.scheme, after.port)
    is_upgraded = before.port is None and where == ("https", None)
    return is_upgraded or where == (before.scheme, before.port)


def _bare(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode()}{url.path}"
