"""Statuses of SMPP: whose fault it is, and whether another try helps."""

from typing import Final

STATUSES: Final = {
    0x05: "already bound",
    0x08: "system error",
    0x0A: "the sender is invalid",
    0x0B: "the number is invalid",
    0x0D: "the bind failed",
    0x0E: "the password is wrong",
    0x0F: "the system ID is unknown",
    0x14: "the queue is full",
    0x45: "it could not be submitted",
    0x58: "throttled",
    0x64: "it does not work for now",
    0x65: "it works never",
}
OURS: Final = frozenset({0x0A, 0x0D, 0x0E, 0x0F})
PERMANENT: Final = frozenset({0x0B, 0x65})
THROTTLED: Final = frozenset({0x14, 0x58})
PATIENCE: Final = 2  # seconds, once we are too fast


def status_of(status: int) -> str:
    """Return a status in words."""
    return f"SMSC: {STATUSES.get(status, 'refused')} (status {status:#04x})"
