"""Faults that many things share, each told in one sentence."""

from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from tocsin.kit.pattern import Pattern, PatternError
from tocsin.kit.zones import is_zone

LONGEST_URL: Final = 2000
WEB: Final = frozenset({"http", "https"})


def faults_of_line(what: str, text: str, most: int) -> Iterator[str]:
    """Say what is wrong with a text that people read on one line."""
    if not text:
        yield f"{what} cannot be blank."
    if len(text) > most or not text.isprintable():
        yield f"{what} must have at most {most} characters, all of them printable."


def faults_of_length(what: str, text: str | None, most: int) -> Iterator[str]:
    """Say what is wrong with a text that may be blank, and may have several lines."""
    if len(text or "") > most:
        yield f"{what} must have at most {most} characters."


def faults_of_number(what: str, number: int, numbers: range, unit: str = "") -> Iterator[str]:
    """Say what is wrong with a number that must be one of these."""
    if number not in numbers:
        told = f"{numbers.start} to {numbers.stop - 1} {unit}".rstrip()
        yield f"{what} must be from {told}."


def faults_of_choice(what: str, chosen: str, choices: Iterable[str]) -> Iterator[str]:
    """Say what is wrong with a word that must be one of these."""
    known = tuple(choices)
    if chosen not in known:
        yield f"{what} must be one of {', '.join(known)}."


def faults_of_zone(what: str, zone: str) -> Iterator[str]:
    """Say what is wrong with the name of a time zone."""
    if not is_zone(zone):
        yield f"{what} must be the name of a time zone, such as Europe/Vienna."


def faults_of_url(what: str, url: str, example: str) -> Iterator[str]:
    """Say what is wrong with an address that requests go to."""
    parts = split_url(url)
    if parts is None or parts.scheme not in WEB:
        yield f"{what} must be an address such as {example}."


def faults_of_pattern(what: str, text: str) -> Iterator[str]:
    """Say what is wrong with a regular expression."""
    try:
        Pattern(text)
    except PatternError as why:
        yield f"{what} is no regular expression that can be used: {why}."


def split_url(url: str) -> SplitResult | None:
    """Take an address apart, if something can be asked at it as it stands."""
    if len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None
