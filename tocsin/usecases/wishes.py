"""Wishes: what somebody wants a thing to be, as far as they say it."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from tocsin.usecases.errors import Invalid

Noun = TypeVar("Noun", bound=msgspec.Struct)


def grant(wish: msgspec.Struct, before: Noun) -> Noun:
    """Return a thing as it is wished for. What the wish leaves UNSET stays as it is."""
    said = {name: getattr(wish, name) for name in wish.__struct_fields__}
    return replace(before, **{name: value for name, value in said.items() if value is not UNSET})


def refuse(faults: Iterable[str]) -> None:
    """Raise Invalid with all faults, if there are any."""
    sentences = tuple(faults)
    if sentences:
        raise Invalid(*sentences)
