"""Faults that many things share, each told in one sentence."""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

LONGEST_URL: Final = 2000


def faults_of_line(what: str, text: str, most: int) -> Iterator[str]:
    """Say what is wrong with a text that people read on one line."""
    if not text:
        yield f"{what} cannot be blank."
    if len(text) > most or not text.isprintable():
        yield f"{what} must have at most {most} characters, all of them printable."


def faults_of_url(what: str, url: str, example: str) -> Iterator[str]:
    """Say what is wrong with an address that requests go to."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or len(url) > LONGEST_URL or not url.isprintable() or " " in url:
        yield f"{what} must be an address such as {example}."
