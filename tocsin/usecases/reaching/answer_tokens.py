"""Tokens of messages: whoever shows one has received the message, and may answer it."""

import hmac
from typing import Final

from tocsin.usecases.house import House

SIGNATURE: Final = 22  # characters: some 130 bits
_MARK: Final = "answer to "


def token_of(house: House, message_id: str) -> str:
    """Return the token of a message: short enough for a button of any chat."""
    return f"{message_id}.{_signature(house, message_id)}"


def message_of(house: House, token: str) -> str | None:
    """Return which message a token belongs to, None if it is not ours."""
    message_id, _, signature = token.partition(".")
    is_ours = hmac.compare_digest(_signature(house, message_id).encode(), signature.encode())
    return message_id if is_ours else None


def _signature(house: House, message_id: str) -> str:
    return house.sealer.sign(f"{_MARK}{message_id}")[:SIGNATURE]
