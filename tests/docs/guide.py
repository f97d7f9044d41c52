"""A guide as a row of parts: headings, commands, what they print, and what is pressed."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

GUIDES: Final = Path(__file__).parents[2] / "docs" / "guides"

_PART: Final = re.compile(
    r"^#+ (?P<heading>[^\n]+)$|(?P<press>\*\*Measure now\*\*)"
    r"|^```(?P<kind>\w*)\n(?P<body>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_EXPORT: Final = re.compile(r"^export (\w+)=(\S+)", re.MULTILINE)

# What guides write in the place of what is the reader's own, and what it is.
EXAMPLES: Final = {
    "http://127.0.0.1:8642": "TOCSIN",
    "https://tocsin.example.com": "TOCSIN",
    "0123456789abcdef0123456789abcdef": "KEY",
}


class Part(NamedTuple):
    """``kind`` is heading, sh, text (what those commands print) or press (to measure now)."""

    kind: str
    body: str


def read(name: str) -> Iterator[Part]:
    """Read a guide; blocks in other languages are none of a shell's business."""
    for found in _PART.finditer(_said(name)):
        if heading := found["heading"]:
            yield Part("heading", heading)
        elif found["press"]:
            yield Part("press", "")
        elif found["kind"] in ("sh", "text"):
            yield Part(found["kind"], found["body"])


def shown(name: str) -> list[str]:
    """Return what a guide shows to be pasted: blocks in no language."""
    return [found["body"] for found in _PART.finditer(_said(name)) if found["kind"] == ""]


def with_own(commands: str, own: Mapping[str, str]) -> str:
    """Put what is the reader's own in the place of what a guide has as an example."""

    def replaced(found: re.Match[str]) -> str:
        name, example = found.groups()
        assert name in own or "…" not in example, f"Nobody says what {name} is."
        return f"export {name}={own.get(name, example)}"

    commands = _EXPORT.sub(replaced, commands)
    for example, name in EXAMPLES.items():
        if example in commands:
            commands = commands.replace(example, own[name])
    return commands


def fits(printed: str, said: str) -> bool:
    """Say whether commands printed what a guide says; three dots stand for anything."""
    pattern = re.escape(said.strip()).replace("…", ".*")
    return re.fullmatch(pattern, printed.strip()) is not None


def _said(name: str) -> str:
    return (GUIDES / f"{name}.md").read_text()
