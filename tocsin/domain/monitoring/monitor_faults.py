"""What no target of a monitor may be like."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import parse_qsl

from tocsin.domain.faults import (
    WEB,
    faults_of_length,
    faults_of_line,
    faults_of_number,
    split_url,
)
from tocsin.domain.intake.body_text import faults_of_path
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

LONGEST_TEXT: Final = 1000  # that is looked for, or said
LONGEST_BODY: Final = 65_536
LONGEST_QUERY: Final = 5000
LONGEST_NAME: Final = 253
LONGEST_SECRET: Final = 1000
MOST_HEADERS: Final = 50
STEPS: Final = range(1, 21)
MOST_FIELDS: Final = 50
MOST_STATUSES: Final = 20
MOST_RECORDS: Final = 50
COUNTS: Final = range(1, 21)
PORTS: Final = range(1, 65_536)
PERIODS: Final = range(10, 366 * 86_400 + 1)  # seconds
GRACES: Final = range(366 * 86_400 + 1)
SCHEMES: Final = ("postgresql", "postgres")
SSL_MODES: Final = ("disable", "prefer", "require", "verify-ca", "verify-full")

_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_HEADER: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")


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
            yield from faults_of_number("Count", count, COUNTS)
        case Heartbeat(period=period, grace=grace):
            yield from faults_of_number("Period", period, PERIODS)
            yield from faults_of_number("Grace", grace, GRACES)
        case Prometheus():
            yield from _faults_of_url("URL", target.url)
            yield from _faults_of_query(target.query)
            yield from _faults_of_headers(target.headers)
            yield from _faults_of_credentials(target.username, target.password)
        case _:
            yield from (*_faults_of_dsn(target.dsn), *_faults_of_query(target.query))


def _faults_of_http(target: Http) -> Iterator[str]:
    yield from _faults_of_url("URL", target.url)
    yield from _faults_of_headers(target.headers)
    yield from _faults_of_credentials(target.username, target.password)
    yield from _faults_of_texts(target.contains, target.lacks, target.json_equals or "")
    yield from faults_of_length("Body", target.body, LONGEST_BODY)
    few = 1 <= len(target.statuses) <= MOST_STATUSES
    if not few or not all(map(read_statuses, target.statuses)):
        yield f"Status must be 1 to {MOST_STATUSES} of such as 200, 2xx or 200-204."
    if target.json_path:
        yield from _faults_of_path(target.json_path)
    elif target.json_equals is not None:
        yield "JSON value needs a JSON path."


def _faults_of_walk(target: PageWalk) -> Iterator[str]:
    yield from faults_of_number("Steps", len(target.steps), STEPS)
    if target.steps and target.steps[0].action != "open":
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
    parts = split_url(url)
    if parts is None or parts.scheme not in WEB or not _is_host(parts.hostname or ""):
        yield f"{what} must be an address such as https://example.com/health."
    elif "@" in parts.netloc:
        yield f"{what} must not hold a user name or password: they have fields of their own."


def _faults_of_dsn(dsn: str) -> Iterator[str]:
    parts = split_url(dsn)
    if parts is None or parts.scheme not in SCHEMES or not _is_host(parts.hostname or ""):
        yield "DSN must be an address such as postgresql://user:password@db.example.com:5432/shop."
        return
    options = parse_qsl(parts.query, keep_blank_values=True)
    if any(name != "sslmode" or value not in SSL_MODES for name, value in options):
        yield f"DSN may only say sslmode after the question mark: {', '.join(SSL_MODES)}."


def _faults_of_place(host: str, port: int) -> Iterator[str]:
    yield from _faults_of_host("Host", host)
    yield from faults_of_number("Port", port, PORTS)


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


def _faults_of_texts(*texts: str) -> Iterator[str]:
    yield from faults_of_length("A text", max(texts, key=len, default=""), LONGEST_TEXT)


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
