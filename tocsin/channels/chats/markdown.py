"""Markdown of chats: what others wrote shows as they wrote it, and calls nobody."""

import re
from typing import Final

_MARKS: Final = re.compile(r"[\\`*_~\[\]<>|]")
_NOTHING: Final = "\u200b"  # has no width, and ends a name


def plain(text: str) -> str:
    """Return a text whose marks are only to be seen, and whose @ mentions nobody."""
    return _MARKS.sub(r"\\\g<0>", text).replace("@", f"@{_NOTHING}")
