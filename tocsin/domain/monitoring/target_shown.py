"""What people may see of a target: an address without secrets."""

import re
from typing import Final
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from tocsin.domain.monitoring.monitor import (
    Dns,
    Heartbeat,
    Http,
    PageWalk,
    Ping,
    Prometheus,
    Target,
    Tcp,
    Tls,
)

MASK: Final = "***"

_UNITS: Final = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_SECRET: Final = re.compile(r"key|token|secret|pass|pwd|auth|sig|code|session|cred", re.IGNORECASE)


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
