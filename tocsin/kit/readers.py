"""Readers of settings: each makes a value of a text, or says with ValueError what it must be."""

import ipaddress
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit
from zoneinfo import available_timezones


def one_of(kind: object) -> Callable[[str], str]:
    """Return a reader of the words of a ``Literal``."""
    words = get_args(kind)

    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"one of {', '.join(words)}")
        return text.lower()

    return read


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a reader of numbers between ``least`` and ``most``."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return read


def web_address(text: str) -> str:
    """Read an address that other addresses are made of: without a slash at its end."""
    parts = split(text, "an address such as https://oncall.example.com")
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an address such as https://oncall.example.com")
    return text.rstrip("/")


def listening_address(text: str) -> tuple[str, int]:
    """Read where to listen: the name or the number of a machine, and a port."""
    expected = "an address and a port such as 0.0.0.0:2525"
    parts = split(f"//{text}", expected)
    if not parts.hostname or parts.port is None or parts.path or parts.query or parts.fragment:
        raise ValueError(expected)
    return parts.hostname, parts.port


def domain_name(text: str) -> str:
    """Read what stands behind the @ of mail addresses."""
    try:
        e_mail(f"name@{text}")
    except ValueError:
        raise ValueError("a domain such as in.example.com") from None
    return text.lower()


def database_address(text: str) -> str:
    """Read the address of a PostgreSQL database."""
    expected = "an address such as postgresql://user:password@host:5432/tocsin"
    if split(text, expected).scheme not in {"postgresql", "postgres"}:
        raise ValueError(expected)
    return text


def e_mail(text: str) -> str:
    """Read the e-mail address of a person."""
    name, at, domain = text.partition("@")
    if not (name and at and domain) or any(c.isspace() or c in "@,;<>" for c in name + domain):
        raise ValueError("an e-mail address")
    return text


def e_mails(text: str) -> tuple[str, ...]:
    """Read e-mail addresses with commas between them."""
    try:
        return tuple(e_mail(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("a list of e-mail addresses with commas between them") from None


def zone_name(text: str) -> str:
    """Read the name of a zone of the IANA time zone database."""
    if text not in available_timezones():
        raise ValueError("the name of a time zone, such as Europe/Vienna")
    return text


def networks(text: str) -> tuple[str, ...]:
    """Read networks with commas between them; ``private`` stands for all that are not public."""
    parts = [part.strip().lower() for part in text.split(",") if part.strip()]
    try:
        return tuple(p if p == "private" else str(ipaddress.ip_network(p)) for p in parts)
    except ValueError:
        raise ValueError("networks such as 10.0.0.0/8, with commas between them") from None


def access_key(text: str) -> str:
    """Read a key as clients of the API accept it."""
    if len(text) != 20 or not all(c.isascii() and (c.isalnum() or c in "_+-") for c in text):
        raise ValueError("20 letters, digits, underscores, plus or minus signs")
    return text


def at_least(length: int) -> Callable[[str], str]:
    """Return a reader of texts of ``length`` characters or more."""

    def read(text: str) -> str:
        if len(text) < length:
            raise ValueError(f"at least {length} characters long")
        return text

    return read


def any_text(text: str) -> str:
    """Read a text as it stands."""
    return text


def folder(text: str) -> Path:
    """Read the path of a folder, which need not exist yet."""
    return Path(text).expanduser().absolute()


def split(text: str, expected: str) -> Any:
    """Return the parts of an address; ``expected`` says what it must be."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # is read, and so checked, only now
    except ValueError:
        raise ValueError(expected) from None
    return parts
