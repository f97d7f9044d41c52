"""Lettering: what of a text fits into a block whose width is known, and what people are called."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

PADDING: Final = 12  # pixels that a label leaves free at both sides together

# A system font of 14 px, in pixels per character; generous, so that nothing is cut.
_NARROW: Final = frozenset("iljtfrI.,:;'|!() ")
_BROAD: Final = frozenset("mwMW@%")
_FULL: Final = "\u1100"  # from here on characters are as broad as they are high


class Label(msgspec.Struct, frozen=True):
    """What stands in a block while the page is narrow, and while it is wide."""

    narrow: str
    wide: str


def fit(candidates: Sequence[str], width: float) -> str:
    """Return the first of these texts that a block of this width has room for, or none."""
    return next((text for text in candidates if breadth(text) + PADDING <= width), "")


def breadth(text: str) -> float:
    """Return about how many pixels a text is long."""
    return sum(map(_breadth_of, text))


def short_names(names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return, for each person, what they may be called: the whole name first, initials last.

    A first name stands alone only where nobody else is called so.
    """
    firsts = Counter(_first(name) for name in names.values())
    return {
        id_: tuple(dict.fromkeys(_forms(name, firsts[_first(name)] == 1)))
        for id_, name in names.items()
    }


def _forms(name: str, is_alone: bool) -> Iterable[str]:
    words = name.split()
    yield name
    if len(words) > 1:
        yield f"{words[0]} {words[-1][0]}."
        if is_alone:
            yield words[0]
    yield "".join(word[0].upper() for word in (words[0], *words[1:][-1:])) if words else ""


def _first(name: str) -> str:
    return next(iter(name.split()), "").casefold()


def _breadth_of(character: str) -> float:
    if character >= _FULL:
        return 14
    if character in _NARROW:
        return 5
    if character in _BROAD:
        return 12.5
    return 10 if character.isupper() else 8
