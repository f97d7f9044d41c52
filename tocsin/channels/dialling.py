"""Numbers as people write them: what is dialled, and what is pressed once somebody answered."""

import re
from typing import Final

import msgspec

PAUSE: Final = ","  # of about two seconds
_NUMBER: Final = re.compile(r"(\+?[0-9]+)(.*)", re.DOTALL)


class Dialled(msgspec.Struct, frozen=True):
    """A number with its plus, and an ``extension`` of digits, ``*``, ``#`` and pauses."""

    number: str
    extension: str = ""


def dialled(address: str) -> Dialled:
    """Take an address apart."""
    found = _NUMBER.match(address)
    return Dialled(found[1], found[2]) if found else Dialled(address)


def international(number: str) -> str:
    """Return a number with the plus that some providers leave out."""
    bare = number.strip()
    return f"+{bare}" if bare.isdecimal() else bare
