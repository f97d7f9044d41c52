"""Templates of requests: places in braces are filled, each as the form around it needs it."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import quote
from xml.sax.saxutils import escape

import msgspec

from tocsin.kit.text import is_digits, one_line

CONTENT_TYPES: Final[Mapping[str, str]] = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "text/xml; charset=utf-8",
}
LONGEST_HEADER: Final = 2000

# Other braces, such as those of JSON, are left alone.
_PLACE: Final = re.compile(r"\{(to|number|text|id|secret|callback)\}")


def filled(template: str, form: str, values: Mapping[str, str]) -> str:
    """Fill a template of a form: ``json``, ``form``, ``xml``, ``url`` or ``header``."""
    escaped = _ESCAPES[form]
    return _PLACE.sub(lambda found: escaped(values[found[1]]), template)


def value_at(path: str, told: Any) -> str:
    """Return what stands in JSON at a path such as ``messages.0.status``, empty if nothing does."""
    for part in path.split("."):
        if isinstance(told, list) and is_digits(part) and int(part) < len(told):
            told = told[int(part)]
        elif isinstance(told, dict):
            told = told.get(part)
        else:
            return ""
    if told is None or isinstance(told, dict | list):
        return ""
    return told if isinstance(told, str) else msgspec.json.encode(told).decode()


def _as_json(text: str) -> str:
    return msgspec.json.encode(text).decode()[1:-1]


def _as_xml(text: str) -> str:
    return escape(text, {'"': "&quot;", "'": "&apos;"})


def _as_part(text: str) -> str:
    return quote(text, safe="")


def _as_header(text: str) -> str:
    return one_line(text, LONGEST_HEADER)


_ESCAPES: Final[Mapping[str, Callable[[str], str]]] = {
    "json": _as_json,
    "form": _as_part,
    "xml": _as_xml,
    "url": _as_part,
    "header": _as_header,
}
