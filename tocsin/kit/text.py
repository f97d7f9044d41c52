"""Text that others wrote, made fit for headers, mails and rows."""

import re
from typing import Final

ELLIPSIS: Final = "…"
# Tabs and lines stay. What turns letters around would turn our own words beside them, too.
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """Replace what controls devices and directions, and lone surrogates, which nobody wants."""
    return text if text.isprintable() else _UNFIT.sub("\ufffd", text.replace("\r\n", "\n"))


def is_digits(text: str, most: int = 9) -> bool:
    """Say whether a text is nothing but digits, at least one and at most so many."""
    return text.isascii() and text.isdecimal() and len(text) <= most


def one_line(text: str, most: int) -> str:
    """Return ``text`` on one line of at most ``most`` characters."""
    return shortened(" ".join(printable(text).split()), most)


def shortened(text: str, most: int) -> str:
    """Cut a text that is too long, and show that it was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + ELLIPSIS
