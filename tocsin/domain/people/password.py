"""Passwords: long enough, and nothing else is asked of them."""

from collections.abc import Iterator
from typing import Final

SHORTEST: Final = 12
LONGEST: Final = 1024


def faults_of_password(password: str, what: str = "Password") -> Iterator[str]:
    """Say what is wrong with a password."""
    if not SHORTEST <= len(password) <= LONGEST:
        yield f"{what} must have {SHORTEST} to {LONGEST} characters."
