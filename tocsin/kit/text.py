"""Text that others wrote, made fit for headers, mails and rows."""

import re
from typing import Final

ELLIPSIS: Final = "…"
_UNFIT: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # keeps tabs and lines


def printable(text: str) -> str:
    """Replace control characters and lone surrogates, which nobody should be sent."""
    return text if text.isprintable() else _UNFIT.sub("\ufffd", text.replace("\r\n", "\n"))


def one_line(text: str, most: int) -> str:
    """Return ``text`` on one line of at most ``most`` characters."""
    return shortened(" ".join(printable(text).split()), most)


def shortened(text: str, most: int) -> str:
    """Cut a text that is too long, and show that it was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + ELLIPSIS
