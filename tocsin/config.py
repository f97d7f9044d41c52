"""The settings: read once from the environment, checked there, and handed down as values."""

import difflib
import ipaddress
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple, get_args, get_type_hints
from urllib.parse import parse_qs, unquote

import msgspec
import platformdirs

from tocsin.kit.readers import (
    access_key,
    any_text,
    at_least,
    database_address,
    domain_name,
    e_mail,
    e_mails,
    folder,
    listening_address,
    networks,
    one_of,
    split,
    web_address,
    whole_number,
    zone_name,
)

PREFIX: Final = "TOCSIN_"
ROOTS_DATA: Final = Path("/var/lib/tocsin")  # other users can reach it, unlike root's home

Role = Literal["api", "engine", "all"]
LogLevel = Literal["debug", "info", "warning", "error"]
LogFormat = Literal["json", "text"]
StartTls = Literal["always", "offered", "never"]
Language = Literal["en", "de", "fr", "es", "ja"]


class SettingsError(Exception):
    """A setting that cannot be used, told in one sentence."""


class SmtpServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where mail is handed over. ``tls`` is spoken from the first byte, ``starttls`` later."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: bool = False
    starttls: StartTls = "offered"

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port})"


class Is(NamedTuple):
    """How the text of a setting is read, what it means, and whether it may be shown."""

    read: Callable[[str], Any]  # raises ValueError saying what the setting must be
    meaning: str
    default: str = ""
    secret: bool = False


def smtp_server(text: str) -> SmtpServer:
    """Read where mail is handed over, and how."""
    expected = "an address such as smtp://user:password@mail.example.com:587?starttls=always"
    parts = split(text, expected)
    options = parse_qs(parts.query)
    starttls = options.pop("starttls", ["offered"])[-1]
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or options:
        raise ValueError(expected)
    if starttls not in get_args(StartTls):
        raise ValueError(f"{expected}; starttls is one of {', '.join(get_args(StartTls))}")
    tls = parts.scheme == "smtps"
    return SmtpServer(
        host=parts.hostname,
        port=parts.port or (465 if tls else 25),
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=tls,
        starttls=msgspec.convert(starttls, StartTls),
    )


def days_kept(what: str) -> Is:
    """Return a setting that says for how long something is kept."""
    return Is(whole_number(0, 36_500), f"For how many days {what} are kept; 0 means for ever.")


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Each setting once: its name in small letters, its type, default and meaning."""

    database_url: Annotated[
        str | None,
        Is(
            database_address,
            "The PostgreSQL database to use, version 15 or later;"
            " without it an embedded server keeps its files in TOCSIN_DATA.",
            "an embedded server",
            secret=True,
        ),
    ] = None
    data: Annotated[
        Path,
        Is(
            folder,
            "The folder that holds the embedded database and the secret key.",
            f"the user's data folder; for root `{ROOTS_DATA}`",
        ),
    ]
    postgres_bin: Annotated[
        Path | None,
        Is(
            folder,
            "The folder of PostgreSQL's programs that run the embedded database,"
            " for instance `/usr/lib/postgresql/18/bin`.",
            "the ones installed with Tocsin",
        ),
    ] = None
    database_pool: Annotated[
        int, Is(whole_number(4, 1000), "Connections that one node opens to the database at most.")
    ] = 20
    host: Annotated[str, Is(any_text, "The address that the server listens on.")] = "127.0.0.1"
    port: Annotated[
        int, Is(whole_number(0, 65535), "The port that the server listens on; 0 takes a free one.")
    ] = 8642
    role: Annotated[
        Role, Is(one_of(Role), "What this node does: answer requests, do due work, or both.")
    ] = "all"
    public_url: Annotated[
        str,
        Is(
            web_address,
            "Where people and tools reach the server; every link begins with it.",
            "http:// with the host and port",
        ),
    ]
    smtp_url: Annotated[
        SmtpServer | None,
        Is(
            smtp_server,
            "The mail server: `smtp://` or `smtps://`, user and password if it wants them, and"
            " `?starttls=always`, `offered` or `never`; without it, e-mail leaves only by mail"
            " servers that administrators set up.",
            secret=True,
        ),
    ] = None
    mail_from: Annotated[str, Is(any_text, "The sender of all e-mail.")] = "tocsin@localhost"
    mail_domain: Annotated[
        str | None,
        Is(
            domain_name,
            "The domain to which answers and bounces come back, such as `in.example.com`: its mail"
            " must lead to TOCSIN_MAIL_IN. Without it nobody can answer by mail.",
        ),
    ] = None
    mail_in: Annotated[
        tuple[str, int] | None,
        Is(
            listening_address,
            "Where this node takes mail that comes back, such as `0.0.0.0:2525`; without it, it"
            " takes none.",
        ),
    ] = None
    admin_email: Annotated[
        str | None, Is(e_mail, "The first owner's e-mail address, used on the first start.")
    ] = None
    admin_password: Annotated[
        str | None,
        Is(at_least(8), "The first owner's password, used on the first start.", secret=True),
    ] = None
    api_token: Annotated[
        str | None,
        Is(access_key, "An API key with full access, created on the first start.", secret=True),
    ] = None
    secret_key: Annotated[
        str | None,
        Is(
            at_least(32),
            "The secret that encrypts stored keys and signs links; nodes that share a database"
            " must share it.",
            "kept in `secret.key` in TOCSIN_DATA",
            secret=True,
        ),
    ] = None
    account_name: Annotated[str, Is(any_text, "What this installation is called on its pages.")] = (
        "Tocsin"
    )
    time_zone: Annotated[
        str, Is(zone_name, "The account's time zone, for whoever has not chosen another.")
    ] = "UTC"
    language: Annotated[
        Language,
        Is(
            one_of(Language),
            "The language in which people are told of incidents, for whoever has not chosen"
            " another.",
        ),
    ] = "en"
    catch_all: Annotated[
        tuple[str, ...],
        Is(
            e_mails,
            "Who is paged when a policy reaches nobody: the e-mail addresses of users, with"
            " commas between them.",
            "the account's owners",
        ),
    ] = ()
    requests_per_minute: Annotated[
        int, Is(whole_number(1, 1_000_000), "How many REST requests one key may make in a minute.")
    ] = 3000
    digest_seconds: Annotated[
        int,
        Is(
            whole_number(0, 600),
            "For how many seconds after a page further ones to the same telephone or chat gather"
            " to be told together; the first of another service or urgency never waits."
            " 0 tells each at once. People may choose otherwise in their profiles.",
        ),
    ] = 60
    keep_quarantine: Annotated[int, days_kept("requests that fitted nowhere")] = 30
    keep_notifications: Annotated[int, days_kept("attempts to tell somebody")] = 400
    keep_alarms: Annotated[int, days_kept("sentences for administrators")] = 90
    keep_change_events: Annotated[int, days_kept("change events")] = 400
    keep_incidents: Annotated[int, days_kept("closed incidents with their log")] = 0
    keep_measurements: Annotated[int, days_kept("measurements of monitors")] = 30
    keep_deliveries: Annotated[int, days_kept("what was sent to webhooks and channels")] = 30
    log_level: Annotated[LogLevel, Is(one_of(LogLevel), "The least grave lines to log.")] = "info"
    log_format: Annotated[
        LogFormat, Is(one_of(LogFormat), "One JSON object a line, or text for people.")
    ] = "text"
    ingest_queue: Annotated[
        int,
        Is(
            whole_number(1, 1_000_000),
            "Events that may wait to be written before senders are told to come again.",
        ),
    ] = 10_000
    outbound_deny: Annotated[
        tuple[str, ...],
        Is(
            networks,
            "Networks that no request of ours may go to, such as `10.0.0.0/8`, with commas between"
            " them; `private` means all that are not public.",
            "none; link-local addresses, cloud metadata among them, are always refused",
        ),
    ] = ()
    outbound_allow: Annotated[
        tuple[str, ...],
        Is(networks, "Networks that requests may go to although TOCSIN_OUTBOUND_DENY names them."),
    ] = ()

    def given(self, field: str) -> str | None:
        """Return the variable that gives a setting; None if it has its default."""
        is_default = getattr(self, field) == getattr(_DEFAULTS, field)
        return None if is_default else PREFIX + field.upper()

    def __repr__(self) -> str:
        shown = (f"{s.field}={getattr(self, s.field)!r}" for s in SETTINGS if not s.kind.secret)
        return f"Settings({', '.join(shown)})"


class Setting(NamedTuple):
    """A setting as the environment and the reference know it."""

    name: str
    field: str
    kind: Is
    default: str


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Return the settings of an environment; an empty variable counts as none."""
    texts = {setting: environ.get(setting.name, "").strip() for setting in SETTINGS}
    told: dict[str, Any] = {s.field: _read(s, text) for s, text in texts.items() if text}
    told.setdefault("data", default_data())
    host, port = told.get("host", "127.0.0.1"), told.get("port", 8642)
    told.setdefault("public_url", f"http://{_visible(host)}:{port}")
    settings = Settings(**told)
    if settings.mail_in and not settings.mail_domain:
        raise SettingsError("TOCSIN_MAIL_IN needs TOCSIN_MAIL_DOMAIN, whose mail it takes.")
    return settings


def strangers(environ: Mapping[str, str]) -> list[str]:
    """Return a sentence for each variable that looks like a setting and is none."""
    names = [setting.name for setting in SETTINGS]
    return [
        f"{name} is no setting of Tocsin{_perhaps(name, names)}."
        for name in sorted(environ)
        if name.startswith(PREFIX) and name not in names
    ]


def default_data() -> Path:
    """Return the folder for data of whoever runs this."""
    return ROOTS_DATA if os.geteuid() == 0 else Path(platformdirs.user_data_dir("tocsin"))


def _settings() -> Iterable[Setting]:
    fields = {field.name: field for field in msgspec.structs.fields(Settings)}
    for name, hint in get_type_hints(Settings, include_extras=True).items():
        kind = get_args(hint)[-1]
        yield Setting(PREFIX + name.upper(), name, kind, kind.default or _shown(fields[name]))


def _shown(field: msgspec.structs.FieldInfo) -> str:
    match field.default:
        case None | ():
            return ""
        case bool() as value:
            return f"`{str(value).lower()}`"
        case value:
            return f"`{value}`"


def _read(setting: Setting, text: str) -> object:
    try:
        return setting.kind.read(text)
    except ValueError as error:
        seen = "" if setting.kind.secret else f", not {text!r}"
        raise SettingsError(f"{setting.name} must be {error}{seen}.") from None


def _visible(host: str) -> str:
    """Return a name under which a browser on this machine finds ``host``."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return "localhost"
    return f"[{host}]" if address.version == 6 else host


def _perhaps(name: str, names: list[str]) -> str:
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    return f"; perhaps {near[0]} is meant" if near else ""


SETTINGS: Final = tuple(_settings())
_DEFAULTS: Final = read_settings({})
