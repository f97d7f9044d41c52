"""Faults that many things share, each told in one sentence."""

from collections.abc import Iterator


def faults_of_line(what: str, text: str, most: int) -> Iterator[str]:
    """Say what is wrong with a text that people read on one line."""
    if not text:
        yield f"{what} cannot be blank."
    if len(text) > most or not text.isprintable():
        yield f"{what} must have at most {most} characters, all of them printable."
