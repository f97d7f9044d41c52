"""What no target of a monitor may be like, and what of it may be shown."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from tocsin.domain.body_text import faults_of_path
from tocsin.domain.faults import faults_of_line
from tocsin.domain.monitoring.monitor import (
    Dns,
    Heartbeat,
    Http,
    PageWalk,
    Ping,
    Prometheus,
    Step,
    Target,
    Tcp,
    Tls,
)
from tocsin.domain.monitoring.statuses import read_statuses

LONGEST_URL: Final = 2000
LONGEST_TEXT: Final = 1000  # that is looked for, or said
LONGEST_BODY: Final = 65_536
LONGEST_QUERY: Final = 5000
LONGEST_NAME: Final = 253
LONGEST_SECRET: Final = 1000
MOST_HEADERS: Final = 50
MOST_STEPS: Final = 20
MOST_FIELDS: Final = 50
MOST_STATUSES: Final = 20
MOST_RECORDS: Final = 50
COUNTS: Final = range(1, 21)
PORTS: Final = range(1, 65_536)
PERIODS: Final = range(10, 366 * 86_400 + 1)  # seconds
GRACES: Final = range(366 * 86_400 + 1)
SCHEMES: Final = ("postgresql", "postgres")
_UNITS: Final = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
SSL_MODES: Final = ("disable", "prefer", "require", "verify-ca", "verify-full")
MASK: Final = "***"

_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_SECRET: Final = re.compile(r"key|token|secret|pass|pwd|auth|sig|code|session|cred", re.IGNORECASE)


def faults_of_target(target: Target) -> Iterator[str]:
    """Say what is wrong with where a monitor looks, and how."""
    match target:
        case Http():
            yield from _faults_of_http(target)
        case PageWalk():
            yield from _faults_of_walk(target)
        case Dns():
            yield from _faults_of_dns(target)
        case Tcp(host=host, port=port):
            yield from (*_faults_of_place(host, port), *_faults_of_texts(target.send))
            yield from _faults_of_texts(target.expects)
        case Tls(host=host, port=port):
            yield from _faults_of_place(host, port)
            if target.server_name:
                yield from _faults_of_host("Server name", target.server_name)
        case Ping(host=host, count=count):
            yield from _faults_of_host("Host", host)
            yield from _faults_of_number("Count", count, COUNTS)
        case Heartbeat(period=period, grace=grace):
            yield from _faults_of_number("Period", period, PERIODS)
            yield from _faults_of_number("Grace", grace, GRACES)
        case Prometheus():
            yield from _faults_of_url("URL", target.url)
            yield from _faults_of_query(target.query)
            yield from _faults_of_headers(target.headers)
            yield from _faults_of_credentials(target.username, target.password)
        case _:
            yield from (*_faults_of_dsn(target.dsn), *_faults_of_query(target.query))


def shown(target: Target) -> str:
    """Return what people may see of a target: an address without secrets."""
    match target:
        case Http(url=url) | Prometheus(url=url):
            return _masked(url)
        case PageWalk(steps=steps):
            return next((_masked(step.url) for step in steps if step.url), "")
        case Dns(name=name, record=record, server=server):
            return f"{record} {name} at {server}" if server else f"{record} {name}"
        case Tcp(host=host, port=port) | Tls(host=host, port=port):
            return f"{_bracketed(host)}:{port}"
        case Ping(host=host):
            return host
        case Heartbeat(period=period):
            return _every(period)
        case _:
            parts = urlsplit(target.dsn)
            return f"postgresql://{_netloc(parts)}{parts.path}"


def _every(seconds: int) -> str:
    """Name a period by the largest unit that measures it."""
    length, unit = next(one for one in _UNITS if seconds % one[0] == 0)
    count = seconds // length
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"


def _faults_of_http(target: Http) -> Iterator[str]:
    yield from _faults_of_url("URL", target.url)
    yield from _faults_of_headers(target.headers)
    yield from _faults_of_credentials(target.username, target.password)
    yield from _faults_of_texts(target.contains, target.lacks, target.json_equals or "")
    if len(target.body) > LONGEST_BODY:
        yield f"Body must have at most {LONGEST_BODY} characters."
    few = 1 <= len(target.statuses) <= MOST_STATUSES
    if not few or not all(map(read_statuses, target.statuses)):
        yield f"Status must be 1 to {MOST_STATUSES} of such as 200, 2xx or 200-204."
    if target.json_path:
        yield from _faults_of_path(target.json_path)
    elif target.json_equals is not None:
        yield "JSON value needs a JSON path."


def _faults_of_walk(target: PageWalk) -> Iterator[str]:
    if not 1 <= len(target.steps) <= MOST_STEPS:
        yield f"Steps must be from 1 to {MOST_STEPS}."
    elif target.steps[0].action != "open":
        yield "The first step must open an address."
    for number, step in enumerate(target.steps, 1):
        yield from (f"Step {number}: {fault}" for fault in _faults_of_step(step))


def _faults_of_step(step: Step) -> Iterator[str]:
    if step.action == "open":
        yield from _faults_of_url("URL", step.url)
    elif step.url:
        yield "URL is only for steps that open an address."
    if len(step.fields) > MOST_FIELDS:
        yield f"Fields must be at most {MOST_FIELDS}."
    yield from _faults_of_texts(step.contains, step.lacks, *step.fields, *step.fields.values())


def _faults_of_dns(target: Dns) -> Iterator[str]:
    yield from _faults_of_host("Domain name", target.name)
    if target.server:
        yield from _faults_of_host("Name server", target.server)
    if len(target.expects) > MOST_RECORDS or not all(target.expects):
        yield f"Expected records must be at most {MOST_RECORDS}, none of them blank."
    yield from _faults_of_texts(*target.expects)


def _faults_of_url(what: str, url: str) -> Iterator[str]:
    parts = _split(url)
    if parts is None or parts.scheme not in {"http", "https"} or not _is_host(parts.hostname or ""):
        yield f"{what} must be an address such as https://example.com/health."
    elif "@" in parts.netloc:
        yield f"{what} must not hold a user name or password: they have fields of their own."


def _faults_of_dsn(dsn: str) -> Iterator[str]:
    parts = _split(dsn)
    if parts is None or parts.scheme not in SCHEMES or not _is_host(parts.hostname or ""):
        yield "DSN must be an address such as postgresql://user:password@db.example.com:5432/shop."
        return
    options = parse_qsl(parts.query, keep_blank_values=True)
    if any(name != "sslmode" or value not in SSL_MODES for name, value in options):
        yield f"DSN may only say sslmode after the question mark: {', '.join(SSL_MODES)}."


def _split(url: str) -> SplitResult | None:
    """Take an address apart if it is one that can be sent as it stands."""
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def _faults_of_place(host: str, port: int) -> Iterator[str]:
    yield from _faults_of_host("Host", host)
    yield from _faults_of_number("Port", port, PORTS)


def _faults_of_host(what: str, host: str) -> Iterator[str]:
    if not _is_host(host):
        yield f"{what} must be a name such as db.example.com, or an address."


def _is_host(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _is_name(text)
    return True


def _is_name(text: str) -> bool:
    try:
        name = text.removesuffix(".").encode("ascii" if text.isascii() else "idna").decode()
    except UnicodeError:
        return False
    return len(name) <= LONGEST_NAME and all(map(_LABEL.fullmatch, name.split(".")))


def _faults_of_number(what: str, number: int, numbers: range) -> Iterator[str]:
    if number not in numbers:
        yield f"{what} must be from {numbers.start} to {numbers.stop - 1}."


def _faults_of_texts(*texts: str) -> Iterator[str]:
    if any(len(text) > LONGEST_TEXT for text in texts):
        yield f"A text must have at most {LONGEST_TEXT} characters."


def _faults_of_query(query: str) -> Iterator[str]:
    if not query.strip() or len(query) > LONGEST_QUERY:
        yield f"Query must have 1 to {LONGEST_QUERY} characters."


def _faults_of_headers(headers: Mapping[str, str]) -> Iterator[str]:
    if len(headers) > MOST_HEADERS:
        yield f"Headers must be at most {MOST_HEADERS}."
    for name, value in headers.items():
        if not _HEADER.fullmatch(name):
            yield "Headers must have names such as Accept or X-Token."
        elif value:
            yield from faults_of_line(f"Header {name}", value, LONGEST_TEXT)


def _faults_of_credentials(username: str, password: str) -> Iterator[str]:
    if ":" in username:
        yield "User name must not contain a colon."
    if max(len(username), len(password)) > LONGEST_SECRET:
        yield f"User name and password must have at most {LONGEST_SECRET} characters each."


def _faults_of_path(path: str) -> Iterator[str]:
    if any(faults_of_path("JSON path", path)):
        yield "JSON path must be one such as $.status or $.queues[0].length."


def _masked(url: str) -> str:
    parts = urlsplit(url)
    if not _SECRET.search(parts.query):
        return parts._replace(netloc=_netloc(parts)).geturl()
    query = [
        (name, MASK if _SECRET.search(name) else value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
    ]
    return parts._replace(netloc=_netloc(parts), query=urlencode(query, safe="*/:,")).geturl()


def _netloc(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[-1]


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
