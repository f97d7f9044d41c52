"""Instructions: a request as guides print it, each part beneath a heading such as ``# URL:``."""

import re
from typing import Final

import msgspec

from tocsin.domain.monitoring.channel_config import METHODS, ApiRequest

NO_URL: Final = "The instructions name no URL: they need a line “# URL:” and the address after it."

_HEADING: Final = re.compile(
    r"^[ \t]*#+[ \t]*(method|url|body|headers|parse response)[ \t]*:?[ \t]*", re.I | re.M
)
_FRAME: Final = re.compile(r"^\s*(?:\{%.*%\}|```.*|#{2,}.*)\s*$")  # around the instructions
_OPEN: Final = re.compile(r"\[\[([^\[\]]+)\]\]")


class Instructions(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was read, and where its answer says how the other side calls it."""

    request: ApiRequest
    parse_response: str = ""


def read_instructions(text: str) -> Instructions | None:
    """Read instructions as they were copied; None if they name no URL."""
    parts = _parts(text)
    url = parts.get("url", "")
    if not url:
        return None
    method = parts.get("method", "").upper()
    headers = "\n".join(line.strip() for line in parts.get("headers", "").splitlines())
    return Instructions(
        request=ApiRequest(
            method=next((known for known in METHODS if known == method), "POST"),
            url=url,
            headers=headers,
            body=parts.get("body", ""),
        ),
        parse_response=_path(parts.get("parse response", "")),
    )


def still_open(*texts: str) -> list[str]:
    """List what must be replaced by somebody's own, such as ``[[your token]]``, each once."""
    found = (match[0] for text in texts for match in _OPEN.finditer(text))
    return list(dict.fromkeys(found))


def _parts(text: str) -> dict[str, str]:
    """Return what stands beneath each heading."""
    pieces = _HEADING.split(text.replace("\r\n", "\n"))
    names = (name.lower() for name in pieces[1::2])
    return dict(zip(names, map(_unframed, pieces[2::2]), strict=True))


def _unframed(part: str) -> str:
    return "\n".join(line for line in part.splitlines() if not _FRAME.match(line)).strip()


def _path(told: str) -> str:
    """Return the path of ``JSON: incident.id``; other words say that nothing is to be read."""
    kind, _, path = told.partition(":")
    return path.strip() if kind.strip().upper() == "JSON" else ""
