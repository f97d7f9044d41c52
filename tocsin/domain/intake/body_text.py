"""Texts with paths into a body: ``$.host``, or ``{{ name | title }} on {{ host }}``.

A path is a JSON path of names, indexes and wildcards: nothing that could take long. Several with
bars between them are tried in turn: the first that leads to something counts.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, Final

import msgspec
from jsonpath import JSONPath, JSONPathEnvironment, JSONPathError
from jsonpath.segments import JSONPathChildSegment
from jsonpath.selectors import IndexSelector, NameSelector, WildcardSelector

LONGEST_PATH: Final = 200
LONGEST_TEXT: Final = 1000
MOST_FOUND: Final = 100  # by one path with wildcards
LONGEST_FOUND: Final = 2000  # characters of one piece

_PIECE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_BAR: Final = re.compile(r"""('[^']*'|"[^"]*"|[^|'"]+|['"])|\|""")
_SELECTORS: Final = (NameSelector, IndexSelector, WildcardSelector)
_ENVIRONMENT: Final = JSONPathEnvironment(strict=True)


def faults_of_text(label: str, said: str) -> Iterator[str]:
    """Say what is wrong with a text that may hold paths."""
    if len(said) > LONGEST_TEXT:
        yield f"{label} must have at most {LONGEST_TEXT} characters."
        return
    for path in _paths(said):
        yield from faults_of_path(label, path)


def faults_of_path(label: str, path: str) -> Iterator[str]:
    """Say what is wrong with a path."""
    if len(path) > LONGEST_PATH:
        yield f"{label} has a path of more than {LONGEST_PATH} characters."
    elif _compiled(path) is None:
        yield f"{label} has {path!r}, which is no path such as $.host, $.items[0] or $['a-b']."


def fill_in(said: str, body: Any) -> str:
    """Return a text without faults with what its paths lead to in a body."""
    if said.startswith("$"):
        return _first(said, body)
    return _PIECE.sub(lambda piece: _first(piece[1], body), said).strip()


def find_all(path: str, body: Any, most: int) -> list[Any]:
    """Return what a path without faults leads to, ``most`` at the most."""
    compiled = _compiled(path)
    return [] if compiled is None else [m.obj for m in islice(compiled.finditer(body), most)]


def _paths(said: str) -> Iterator[str]:
    pieces = [said] if said.startswith("$") else _PIECE.findall(said)
    for piece in pieces:
        yield from _alternatives(piece)


def _first(piece: str, body: Any) -> str:
    return next((told for path in _alternatives(piece) if (told := _told(path, body))), "")


def _told(path: str, body: Any) -> str:
    if isinstance(body, dict) and path.isidentifier():
        return _as_text(body.get(path))  # as most paths are, and much faster
    texts = [_as_text(found) for found in find_all(path, body, MOST_FOUND)]
    return ", ".join(text for text in texts if text)[:LONGEST_FOUND]


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    told = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return told.strip()[:LONGEST_FOUND]


@lru_cache(maxsize=512)
def _alternatives(piece: str) -> tuple[str, ...]:
    """Divide at bars, except at those within quotes."""
    paths = [""]
    for found in _BAR.finditer(piece):
        if found[1] is None:
            paths.append("")
        else:
            paths[-1] += found[1]
    return tuple(path.strip() for path in paths)


@lru_cache(maxsize=512)
def _compiled(path: str) -> JSONPath | None:
    """Return a path that can be followed, with or without its dollar; None if it is no such."""
    if not path:
        return None
    whole = path if path.startswith("$") else f"${path if path.startswith('[') else f'.{path}'}"
    try:
        compiled = _ENVIRONMENT.compile(whole)
    except JSONPathError:
        return None
    if not isinstance(compiled, JSONPath) or not all(map(_is_simple, compiled.segments)):
        return None
    return compiled


def _is_simple(segment: Any) -> bool:
    """Say whether it leads nowhere twice: segments that do multiply the time that a path takes."""
    if not isinstance(segment, JSONPathChildSegment) or len(segment.selectors) != 1:
        return False
    return isinstance(segment.selectors[0], _SELECTORS)
