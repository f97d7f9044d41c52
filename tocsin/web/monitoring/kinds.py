"""The kinds of monitors: what they are called, and what the form of each asks."""

from collections.abc import Mapping
from typing import Any, Final, Literal, get_args

import msgspec

from tocsin.domain.monitoring import monitor
from tocsin.domain.monitoring.monitor import MonitorKind

Shape = Literal[
    "line", "area", "tick", "choice", "number", "secret", "lines", "list", "maybe", "steps"
]


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a form. ``shape`` says how it is drawn and read; ``more``: few ever need it."""

    name: str
    label: str
    shape: Shape = "line"
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    required: bool = False
    more: bool = False
    attrs: Mapping[str, str] = {}


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of monitors: ``name`` of one, what it ``does``, and the noun of its target."""

    name: str
    does: str
    target: type[msgspec.Struct]
    asks: tuple[Asked, ...]


_PLAIN: Final = {"autocomplete": "off", "spellcheck": "false"}
_URL: Final = _PLAIN | {"inputmode": "url", "placeholder": "https://example.com/"}
_HOST: Final = _PLAIN | {"placeholder": "db-1.example.com"}
_HEADERS: Final = "One on a line, such as Accept: application/json. A secret left empty stays."
_KEPT: Final = "Kept sealed, and not shown again. Left empty, it stays as it is."


def _words(choices: Any) -> tuple[tuple[str, str], ...]:
    return tuple((word, word) for word in get_args(choices))


_CREDENTIALS: Final = (
    Asked(name="username", label="User name", more=True, attrs=_PLAIN),
    Asked(name="password", label="Password", shape="secret", hint=_KEPT, more=True),
)

KINDS: Final[Mapping[MonitorKind, Kind]] = {
    "http": Kind(
        name="HTTP",
        does="Asks for an address, and looks at what comes back: status, text, JSON, time.",
        target=monitor.Http,
        asks=(
            Asked(name="url", label="URL", required=True, attrs=_URL),
            Asked(
                name="statuses",
                label="Status",
                shape="list",
                hint="Good ones, separated by commas: 200, 2xx or 200-204.",
                attrs=_PLAIN,
            ),
            Asked(name="contains", label="Text that must be there"),
            Asked(name="lacks", label="Text that must not be there"),
            Asked(
                name="json_path",
                label="JSON path",
                hint="Where something must stand in a JSON answer, such as $.status.",
                attrs=_PLAIN,
            ),
            Asked(
                name="json_equals",
                label="JSON value",
                shape="maybe",
                hint="What must stand there. Empty: anything.",
                attrs=_PLAIN,
            ),
            Asked(
                name="follow_redirects",
                label="Follow redirects",
                shape="tick",
                hint="Otherwise a redirect is an answer like any other.",
            ),
            Asked(
                name="method",
                label="Method",
                shape="choice",
                options=_words(monitor.Method),
                more=True,
            ),
            Asked(name="headers", label="Headers", shape="lines", hint=_HEADERS, more=True),
            Asked(name="body", label="Body", shape="area", more=True),
            *_CREDENTIALS,
            Asked(
                name="verify_certificate",
                label="The certificate must be good",
                shape="tick",
                more=True,
            ),
        ),
    ),
    "page": Kind(
        name="Page walk",
        does="Walks through pages as a visitor does: opens them, fills in forms, reads.",
        target=monitor.PageWalk,
        asks=(Asked(name="steps", label="Step", shape="steps"),),
    ),
    "dns": Kind(
        name="DNS",
        does="Asks a name server for records, and compares them.",
        target=monitor.Dns,
        asks=(
            Asked(
                name="name",
                label="Domain name",
                required=True,
                attrs=_PLAIN | {"placeholder": "example.com"},
            ),
            Asked(
                name="record",
                label="Record",
                shape="choice",
                options=_words(monitor.RecordKind),
            ),
            Asked(
                name="expects",
                label="Expected records",
                shape="list",
                hint="Separated by commas. Empty: any answer is good.",
                attrs=_PLAIN,
            ),
            Asked(
                name="server",
                label="Name server",
                hint="Empty: the one of the system.",
                attrs=_PLAIN,
            ),
        ),
    ),
    "tcp": Kind(
        name="TCP",
        does="Connects to a port, and may say something and wait for words.",
        target=monitor.Tcp,
        asks=(
            Asked(name="host", label="Host", required=True, attrs=_HOST),
            Asked(name="port", label="Port", shape="number", required=True),
            Asked(name="send", label="Say", shape="area", hint="Once the connection stands."),
            Asked(name="expects", label="Wait for", hint="A text that must come."),
        ),
    ),
    "tls": Kind(
        name="TLS certificate",
        does="Shakes hands, and looks how long the certificate still holds.",
        target=monitor.Tls,
        asks=(
            Asked(name="host", label="Host", required=True, attrs=_HOST),
            Asked(name="port", label="Port", shape="number", required=True),
            Asked(
                name="server_name",
                label="Server name",
                hint="Empty: the host.",
                attrs=_PLAIN,
            ),
            Asked(
                name="start_tls",
                label="Start with",
                shape="choice",
                options=(
                    ("none", "TLS at once"),
                    ("smtp", "STARTTLS of SMTP"),
                    ("imap", "STARTTLS of IMAP"),
                    ("pop3", "STLS of POP3"),
                    ("ftp", "AUTH TLS of FTP"),
                    ("postgres", "PostgreSQL"),
                ),
            ),
        ),
    ),
    "ping": Kind(
        name="Ping",
        does="Sends echo requests, and counts what comes back.",
        target=monitor.Ping,
        asks=(
            Asked(name="host", label="Host", required=True, attrs=_HOST),
            Asked(
                name="count", label="Count", shape="number", hint="Of echo requests in each round."
            ),
        ),
    ),
    "heartbeat": Kind(
        name="Heartbeat",
        does="Waits to be called by a job, and speaks up when the call does not come.",
        target=monitor.Heartbeat,
        asks=(
            Asked(
                name="period",
                label="Period",
                shape="number",
                hint="So often the job runs, in seconds: 86400 is once a day.",
                required=True,
            ),
            Asked(
                name="grace",
                label="Grace",
                shape="number",
                hint="So many seconds later the call may still come.",
            ),
        ),
    ),
    "prometheus": Kind(
        name="Prometheus",
        does="Asks a Prometheus server, and reads one value.",
        target=monitor.Prometheus,
        asks=(
            Asked(name="url", label="URL", required=True, attrs=_URL),
            Asked(name="query", label="Query", shape="area", hint="In PromQL.", required=True),
            Asked(
                name="worst",
                label="If there are several values",
                shape="choice",
                options=(("highest", "Take the highest"), ("lowest", "Take the lowest")),
            ),
            Asked(name="headers", label="Headers", shape="lines", hint=_HEADERS, more=True),
            *_CREDENTIALS,
        ),
    ),
    "postgresql": Kind(
        name="PostgreSQL",
        does="Connects to a database, asks, and reads the first column of the first row.",
        target=monitor.PostgreSql,
        asks=(
            Asked(
                name="dsn",
                label="DSN",
                shape="secret",
                hint="postgresql://user:password@host/database. " + _KEPT,
                required=True,
            ),
            Asked(name="query", label="Query", shape="area", hint="In SQL.", required=True),
        ),
    ),
}
