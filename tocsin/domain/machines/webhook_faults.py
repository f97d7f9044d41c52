"""What is wrong with a webhook subscription, in sentences."""

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import unquote, urlsplit, urlunsplit

from tocsin.domain.faults import faults_of_url
from tocsin.domain.machines.delivery import WebhookSubscription
from tocsin.domain.machines.webhook import EVENTS, NEVER

LONGEST_DESCRIPTION: Final = 1000
MOST_HEADERS: Final = 20
LONGEST_VALUE: Final = 4096
EXAMPLE: Final = "https://example.com/webhooks"

_KNOWN: Final = NEVER | set(EVENTS)
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}")
_OURS: Final = frozenset({
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "user-agent",
    "x-pagerduty-signature",
    "x-webhook-id",
    "x-webhook-subscription",
})  # fmt: skip


def faults_of_subscription(subscription: WebhookSubscription) -> Iterator[str]:
    """Say what is wrong with what people see of it."""
    yield from faults_of_url("URL", subscription.url, EXAMPLE)
    if len(subscription.description) > LONGEST_DESCRIPTION:
        yield f"Description is too long (maximum is {LONGEST_DESCRIPTION} characters)."
    yield from _faults_of_events(subscription.events)
    if subscription.filter_type != "account_reference" and not subscription.filter_id:
        yield "Filter must have an id, unless it is for the whole account."


def faults_of_headers(headers: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Say what is wrong with the headers that a receiver wants."""
    if len(headers) > MOST_HEADERS:
        yield f"Custom headers must be at most {MOST_HEADERS}."
    names = [name.lower() for name, _ in headers]
    if len(set(names)) < len(names):
        yield "Custom headers must have names of their own."
    for name, value in headers:
        if not _NAME.fullmatch(name):
            yield "Custom headers must have names of letters, digits and hyphens."
        elif name.lower() in _OURS:
            yield f"Custom header {name} cannot be set: Tocsin sets it."
        if len(value) > LONGEST_VALUE or not (value.isascii() and value.isprintable()):
            yield f"Custom header {name[:50]} must have a value of at most {LONGEST_VALUE} letters."


def apart(url: str) -> tuple[str, str | None]:
    """Take name and password out of an address; return them as the header that they become."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url, None  # it is refused as it is
    credentials, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    name, _, password = credentials.partition(":")
    both = f"{unquote(name)}:{unquote(password)}".encode()
    return urlunsplit(parts._replace(netloc=host)), f"Basic {base64.b64encode(both).decode()}"


def _faults_of_events(events: Iterable[str]) -> Iterator[str]:
    found = list(events)
    if not found:
        yield "Events cannot be empty."
    if len(set(found)) < len(found):
        yield "Events must be named once each."
    for event in sorted(set(found) - _KNOWN):
        yield f"Event {event[:100]} is not known."
