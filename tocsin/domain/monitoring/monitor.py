"""Monitors: what is looked at every so often, where, and how."""

from datetime import datetime
from typing import Any, Final, Literal, get_args

import msgspec

MonitorKind = Literal[
    "http", "page", "dns", "tcp", "tls", "ping", "heartbeat", "prometheus", "postgresql"
]
KINDS: Final[tuple[MonitorKind, ...]] = get_args(MonitorKind)
Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
RecordKind = Literal["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SOA", "SRV", "CAA"]
StartTls = Literal["none", "smtp", "imap", "pop3", "ftp", "postgres"]
Password = str  # kept sealed, with everything that a target holds


class Http(msgspec.Struct, frozen=True, kw_only=True, tag="http"):
    """One request. ``json_equals`` None asks only that ``json_path`` leads to something."""

    url: str
    method: Method = "GET"
    headers: dict[str, str] = {}
    body: str = ""
    statuses: tuple[str, ...] = ("2xx",)  # such as 200, 2xx or 200-204
    follow_redirects: bool = True
    contains: str = ""
    lacks: str = ""
    json_path: str = ""
    json_equals: str | None = None
    username: str = ""
    password: Password = ""
    verify_certificate: bool = True


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Open ``url``, or submit the form of the last page that has ``fields``; then look."""

    action: Literal["open", "submit"] = "open"
    url: str = ""
    fields: dict[str, str] = {}
    contains: str = ""
    lacks: str = ""


class PageWalk(msgspec.Struct, frozen=True, kw_only=True, tag="page"):
    """A walk through pages with one cookie jar, as a visitor takes it."""

    steps: tuple[Step, ...]


class Dns(msgspec.Struct, frozen=True, kw_only=True, tag="dns"):
    """Ask ``server``, or the system's, for records; ``expects`` must all be among them."""

    name: str
    record: RecordKind = "A"
    server: str = ""
    expects: tuple[str, ...] = ()


class Tcp(msgspec.Struct, frozen=True, kw_only=True, tag="tcp"):
    """Connect, perhaps say something, perhaps wait for words."""

    host: str
    port: int
    send: str = ""
    expects: str = ""


class Tls(msgspec.Struct, frozen=True, kw_only=True, tag="tls"):
    """Shake hands, and look how long the certificate still holds."""

    host: str
    port: int = 443
    server_name: str = ""
    start_tls: StartTls = "none"


class Ping(msgspec.Struct, frozen=True, kw_only=True, tag="ping"):
    """Send some echo requests."""

    host: str
    count: int = 3


class Heartbeat(msgspec.Struct, frozen=True, kw_only=True, tag="heartbeat"):
    """Wait to be called once every ``period`` seconds, with ``grace`` seconds of patience."""

    period: int
    grace: int = 60


class Prometheus(msgspec.Struct, frozen=True, kw_only=True, tag="prometheus"):
    """Ask a Prometheus server; the query must give a single value, or the worst is taken."""

    url: str
    query: str
    worst: Literal["highest", "lowest"] = "highest"
    headers: dict[str, str] = {}
    username: str = ""
    password: Password = ""


class PostgreSql(msgspec.Struct, frozen=True, kw_only=True, tag="postgresql"):
    """Connect and ask; the first column of the first row is the value."""

    dsn: Password
    query: str = "select 1"


Target = Http | PageWalk | Dns | Tcp | Tls | Ping | Heartbeat | Prometheus | PostgreSql


class Monitor(msgspec.Struct, frozen=True, kw_only=True):
    """A scheduled check. Times are in seconds. No ``agent_ids``: the built-in agent measures.

    ``shown`` is what people may see of the target: an address without secrets.
    ``retries`` is how often a round measures again, at once, before it counts as failed.
    ``next_round`` is when the built-in agent measures next; None while paused.
    """

    id: str
    environment_id: str
    name: str
    kind: MonitorKind
    shown: str
    target_encrypted: bytes
    interval: int = 60
    timeout: int = 10
    retries: int = 1
    agent_ids: tuple[str, ...] = ()
    paused: bool = False
    next_round: datetime | None = None
    key_hash: bytes | None = None  # of a heartbeat's address
    key_encrypted: bytes | None = None
    called_at: datetime | None = None  # when a heartbeat was last called
    started_at: datetime | None = None  # when it last said that its job began,
    failed_at: datetime | None = None  # and that its job failed
    took: int | None = None  # milliseconds of the job, where its beginning was told
    created_at: datetime


FaultKind = Literal[
    "", "timeout", "connection", "dns", "tls", "status", "content", "authentication",
    "certificate", "redirect", "missed", "failed", "query", "refused",
]  # fmt: skip


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """What one look found. ``fault`` is a sentence for people, empty if all is well.

    ``values`` holds numbers, texts and booleans by name, such as ``response_time`` in
    milliseconds: alert rules speak of them, plots show them.
    """

    ok: bool
    fault_kind: FaultKind = ""
    fault: str = ""
    values: dict[str, Any] = {}


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A measurement of a monitor by an agent: ``round`` is the instant it was planned for."""

    monitor_id: str
    agent_id: str
    round: datetime
    at: datetime
    measurement: Measurement
