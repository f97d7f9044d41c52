"""Placeholders: ``{SUBJECT}`` and its like, filled in wherever a request is somebody's own."""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote, quote_plus, urlsplit

import msgspec

from tocsin.domain.monitoring.notification_channel import STATUS_AFTER, Signal
from tocsin.kit.text import one_line

LONGEST_HEADER: Final = 1000
NAMES: Final = (
    "ALERT_ID", "SUBJECT", "METRIC", "DIMENSIONS", "APP_NAME", "ACTION", "MSG", "LINK", "DATE",
    "TIME", "SHORTHOST", "TIMESTAMP", "ID",
)  # fmt: skip
JSON: Final = "json"
FORM: Final = "application/x-www-form-urlencoded"

Values = Mapping[str, str]

# These come with a space of their own where the next word follows without one.
_SPACED: Final = frozenset({"METRIC", "SUBJECT", "DIMENSIONS"})
_PLACEHOLDER: Final = re.compile(rf"\{{({'|'.join(NAMES)})\}}")
_FOLLOWED: Final = re.compile(rf"\w|\{{(?:{'|'.join(NAMES)})\}}")


def values_of(signal: Signal) -> Values:
    """Return what each placeholder stands for."""
    return {
        "ALERT_ID": signal.violation_id,
        "SUBJECT": signal.subject,
        "METRIC": signal.metric,
        "DIMENSIONS": signal.dimensions,
        "APP_NAME": signal.environment,
        "ACTION": STATUS_AFTER[signal.action],
        "MSG": signal.message,
        "LINK": signal.link,
        "DATE": f"{signal.at:%Y-%m-%d}",
        "TIME": f"{signal.at:%H:%M:%S} UTC",
        "SHORTHOST": short_host(signal.subject),
        "TIMESTAMP": str(int(signal.at.timestamp())),
        "ID": signal.remote_id or "",
    }


def short_host(subject: str) -> str:
    """Return the name of a host without its domain: ``db-1`` of ``db-1.example.com:5432``."""
    netloc = urlsplit(subject).netloc if "://" in subject else subject
    host = netloc.rpartition("@")[2].partition(":")[0]
    first = host.partition(".")[0]
    return host if first.isdigit() else first


def fill_url(template: str, values: Values) -> str:
    """Fill an address: nothing can end a part of it, or begin another."""
    return _PLACEHOLDER.sub(lambda found: quote(values[found[1]], safe=""), template)


def fill_header(template: str, values: Values) -> str:
    """Fill a header: nothing can begin another line."""
    return one_line(_fill(template, values, str), LONGEST_HEADER)


def fill_body(template: str, values: Values, content_type: str) -> str:
    """Fill a body so that it stays what it is, JSON or a form."""
    return _fill(template, values, _escape_for(template, content_type))


def needs_remote_id(*templates: str) -> bool:
    """Say whether one of these asks how the other side called it."""
    return any("{ID}" in template for template in templates)


def is_json(body: str, content_type: str) -> bool:
    """Say whether a body is meant to be JSON."""
    if content_type:
        return JSON in content_type.lower()
    begin = body.lstrip()
    return begin[:1] in {"{", "["} and not _PLACEHOLDER.match(begin)


def _fill(template: str, values: Values, escape: Callable[[str], str]) -> str:
    def fill(found: re.Match[str]) -> str:
        value = values[found[1]]
        is_tight = found[1] in _SPACED and bool(_FOLLOWED.match(template, found.end()))
        return escape(f"{value} " if value and is_tight else value)

    return _PLACEHOLDER.sub(fill, template)


def _escape_for(body: str, content_type: str) -> Callable[[str], str]:
    if is_json(body, content_type):
        return _json_escaped
    return quote_plus if FORM in content_type.lower() else str


def _json_escaped(value: str) -> str:
    return msgspec.json.encode(value).decode()[1:-1]
