"""Vonage's codes: what became of a message, and whether it may do better."""

from typing import Final

OK: Final = "0"

# Statuses of a message that was to be sent. What is in no list below is worth another try.
STATUSES: Final = {
    "1": "Throttled",
    "2": "A parameter is missing",
    "3": "A parameter is invalid",
    "4": "The credentials are invalid",
    "5": "Internal error",
    "6": "The number cannot be routed",
    "7": "The number is barred",
    "8": "The account is barred",
    "9": "The credit is used up",
    "10": "Too many connections",
    "11": "The account is not enabled for HTTP",
    "12": "The message is too long",
    "14": "The signature is invalid",
    "15": "The sender is not allowed",
    "22": "The network code is invalid",
    "23": "The address for callbacks is invalid",
    "29": "The number is not among those of a trial account",
    "32": "Signature and secret were both given",
    "33": "The number is not active any more",
}
OURS: Final = frozenset({"2", "3", "4", "8", "9", "11", "14", "15", "23", "32"})
PERMANENT: Final = frozenset({"6", "7", "12", "22", "29", "33"})

# Codes of receipts.
REASONS: Final = {
    "1": "for an unknown reason",
    "2": "the telephone cannot be reached for now",
    "3": "the number is not in use any more",
    "4": "the number bars calls",
    "5": "the number was moved to another carrier",
    "6": "the carrier took it for spam",
    "7": "the telephone was busy",
    "8": "the network failed",
    "9": "the number is illegal",
    "10": "the message is illegal",
    "11": "the number cannot be routed",
    "12": "the number cannot be reached",
    "13": "the carrier asks for the age of the owner",
    "14": "the carrier blocks the number",
    "15": "the credit of the number is used up",
    "99": "for no particular reason",
}
LASTING: Final = frozenset({"3", "4", "9", "11", "13", "14"})


def status_of(code: str, said: str) -> str:
    """Return a status in words."""
    return f"Vonage: {said or STATUSES.get(code, 'refused')} (status {code})"
