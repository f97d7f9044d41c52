"""What push apps show: how urgent a message is, and texts cut to what an app takes."""

from typing import Final

from tocsin.domain.reaching.message import Message
from tocsin.kit.text import ELLIPSIS

MOST_TITLE: Final = 250


def is_urgent(message: Message) -> bool:
    """Say whether it must wake somebody: a page of high urgency, or asking whether they are."""
    is_high = any(incident.urgency == "high" for incident in message.incidents)
    return message.kind == "awake" or (message.kind == "page" and is_high)


def within_bytes(text: str, most: int) -> str:
    """Cut a text that takes more than so many bytes, at the end of a letter, and show it."""
    encoded = text.encode()
    if len(encoded) <= most:
        return text
    return encoded[: most - len(ELLIPSIS.encode())].decode(errors="ignore").rstrip() + ELLIPSIS
