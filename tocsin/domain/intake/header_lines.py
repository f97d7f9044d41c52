"""Headers as people write them: a line for each, its name, a colon and its value."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

MOST: Final = 50
RESERVED: Final = frozenset({"host", "content-length", "transfer-encoding", "connection"})

_LINE: Final = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*(\S[^\r\n]*|)")


def read_headers(text: str) -> list[tuple[str, str]]:
    """Return names and values; a line that is no header is left out."""
    found = (_LINE.fullmatch(line.strip()) for line in text.splitlines())
    return [(match[1], match[2]) for match in found if match]


def content_type_of(headers: Iterable[tuple[str, str]]) -> str:
    """Return what the body is said to be."""
    return next((value for name, value in headers if name.lower() == "content-type"), "")


def faults_of_headers(what: str, text: str) -> Iterator[str]:
    """Say what is wrong with lines that are to be headers."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) > MOST:
        yield f"{what} must be at most {MOST}."
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None or not line.isprintable():
            yield f"{what} must be lines such as “Accept: text/plain”, and line {number} is not."
        elif match[1].lower() in RESERVED:
            yield f"{what} cannot have {match[1]}: it is set when the request is sent."
