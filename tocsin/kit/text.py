"""Text that others wrote, made fit for headers, mails and rows."""

import unicodedata
from typing import Final

ELLIPSIS: Final = "…"
_KEPT: Final = "\n\t"
_BAD_CATEGORIES: Final = frozenset({"Cc", "Cs"})  # control characters and lone surrogates


def printable(text: str) -> str:
    """Replace what no terminal, mail or database should be given; keep lines and tabs."""
    if text.isprintable():
        return text
    text = text.replace("\r\n", "\n")
    return "".join(
        "\ufffd" if unicodedata.category(c) in _BAD_CATEGORIES and c not in _KEPT else c
        for c in text
    )


def one_line(text: str, most: int) -> str:
    """Return ``text`` on one line of at most ``most`` characters."""
    return shortened(" ".join(printable(text).split()), most)


def shortened(text: str, most: int) -> str:
    """Cut a text that is too long, and show that it was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + ELLIPSIS
