"""What is wrong with the settings of a notification channel, each told in one sentence."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from tocsin.domain.faults import faults_of_choice, faults_of_url
from tocsin.domain.intake.header_lines import content_type_of, faults_of_headers, read_headers
from tocsin.domain.masking import DOTS
from tocsin.domain.monitoring.channel_config import (
    METHODS,
    ApiAction,
    ApiRequest,
    Config,
    Email,
    PagerDuty,
    Slack,
    merged,
    place,
    places,
)
from tocsin.domain.monitoring.instructions import still_open
from tocsin.domain.monitoring.placeholders import NAMES, fill_body, is_json
from tocsin.domain.monitoring.target_secrets import MOVED
from tocsin.domain.reaching.address import faults_of_email

MOST_ADDRESSES: Final = 50
LONGEST_BODY: Final = 64 * 1024
LONGEST_SECRET: Final = 200

_KEY: Final = re.compile(r"[0-9A-Za-z]{32}")
_PATH: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_SAMPLE: Final = dict.fromkeys(NAMES, "1")


def faults_of_config(config: Config) -> Iterator[str]:
    """Say what is wrong with where a channel is to tell."""
    match config:
        case PagerDuty(integration_key=key, base_url=url):
            if not _KEY.fullmatch(key):
                yield "Integration key must be 32 letters or digits."
            yield from faults_of_url("Base URL", url, "https://events.pagerduty.com")
        case ApiAction():
            yield from _faults_of_action(config)
        case Email(addresses=addresses):
            if not 1 <= len(addresses) <= MOST_ADDRESSES:
                yield f"Addresses must be 1 to {MOST_ADDRESSES} e-mail addresses."
            for address in addresses:
                yield from (f"Address {address} {fault}" for fault in faults_of_email(address))
        case Slack(url=url):
            yield from faults_of_url(
                "URL", url, "https://hooks.slack.com/services/T000/B000/example"
            )
        case _:
            yield from faults_of_url("URL", config.url, "https://hooks.example.com/alerts")
            yield from faults_of_headers("Headers", config.headers)
            if DOTS in config.headers:
                yield "Headers have a masked secret that is not known: give it again."
            if len(config.secret) > LONGEST_SECRET or not config.secret.isprintable():
                yield f"Secret must have at most {LONGEST_SECRET} characters, all printable."


def faults_of_change(after: Config, before: Config) -> Iterator[str]:
    """Refuse to send a secret that was not given again to a host that it was not meant for."""
    kept = merged(after, before)
    if isinstance(kept, PagerDuty) and isinstance(after, PagerDuty):
        kept = msgspec.structs.replace(kept, far=after.far)
    if kept != after and not places(kept) <= places(before):
        yield MOVED


def _faults_of_action(config: ApiAction) -> Iterator[str]:
    for what, request in (
        ("Trigger", config.trigger),
        ("Acknowledge", config.acknowledge),
        ("Resolve", config.resolve),
    ):
        if request is not None:
            yield from _faults_of_request(what, request)
    path = config.parse_response
    if path and not _PATH.fullmatch(path):
        yield "Parse response must be a path such as incident.id."


def _faults_of_request(what: str, request: ApiRequest) -> Iterator[str]:
    yield from faults_of_choice(f"{what} method", request.method, METHODS)
    yield from faults_of_url(f"{what} URL", request.url, "https://api.example.com/alerts")
    if "{" in place(request.url):
        yield f"{what} URL cannot have a placeholder for its host."
    yield from faults_of_headers(f"{what} headers", request.headers)
    yield from _faults_of_body(what, request)
    texts = (request.url, request.headers, request.body)
    for mark in still_open(*texts):
        yield f"{what} request still has {mark}: put your own in its place."
    if any(DOTS in text for text in texts):
        yield f"{what} request has a masked secret that is not known: give it again."


def _faults_of_body(what: str, request: ApiRequest) -> Iterator[str]:
    content_type = content_type_of(read_headers(request.headers))
    if len(request.body) > LONGEST_BODY:
        yield f"{what} body must have at most {LONGEST_BODY} characters."
    elif request.body and is_json(request.body, content_type):
        try:
            msgspec.json.decode(fill_body(request.body, _SAMPLE, content_type))
        except msgspec.DecodeError as error:
            yield f"{what} body is not JSON: {error}."
