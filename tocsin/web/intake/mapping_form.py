"""The form of a mapping: its texts, and the words that mean something, one a line."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tocsin.domain.intake.mapping import LABELS, BodyMapping
from tocsin.usecases.errors import Invalid
from tocsin.web.visit import Form

USUAL: Final = BodyMapping()
WORDS: Final = (("actions", "Words for actions"), ("severities", "Words for severities"))
NO_PAIR: Final = "{} must be lines like OK = resolve: {!r} is none."


def draft_of(mapping: BodyMapping) -> dict[str, str]:
    """Return what the fields of the form hold."""
    texts = {name: getattr(mapping, name) for name in ("events", *LABELS)}
    words = {name: _lines(getattr(mapping, name)) for name, _ in WORDS}
    return texts | words


def read_mapping(form: Form) -> BodyMapping:
    """Return the mapping that a form describes. Raises Invalid."""
    texts: dict[str, Any] = {name: form.get(name, "").strip() for name in ("events", *LABELS)}
    faults: list[str] = []
    for name, label in WORDS:
        texts[name] = dict(_pairs(form.get(name, ""), label, faults))
    if faults:
        raise Invalid(*faults)
    return BodyMapping(**texts)


def _pairs(lines: str, label: str, faults: list[str]) -> Iterator[tuple[str, str]]:
    for line in filter(None, map(str.strip, lines.splitlines())):
        word, sign, meaning = line.rpartition("=")
        if sign:
            yield word.strip(), meaning.strip().lower()
        else:
            faults.append(NO_PAIR.format(label, line))


def _lines(words: Mapping[str, str]) -> str:
    return "\n".join(f"{word} = {meaning}" for word, meaning in words.items())
