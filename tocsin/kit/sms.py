"""Short messages: which alphabet a text needs, how many parts it takes, and where it is cut.

A letter that the small alphabet lacks makes all of a text UCS-2, with 70 letters in a message
instead of 160, and is never replaced by another. Dashes and quotation marks may be (``plain``).
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from typing import Final, Literal

Alphabet = Literal["gsm", "ucs2"]

# GSM 03.38 in the order of its codes; ESC holds the place of the escape to the extension.
GSM: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION: Final = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
ESCAPE: Final = 0x1B

WHOLE: Final[dict[Alphabet, int]] = {"gsm": 160, "ucs2": 70}  # units of a message that is alone
PART: Final[dict[Alphabet, int]] = {"gsm": 153, "ucs2": 67}  # and of one that names its place
CUT: Final = "..."  # which every alphabet has

# What signs become, and signs that become so.
_TYPEWRITTEN: Final = {
    "'": "`\u00b4\u2018\u2019\u201a",
    '"': "\u00ab\u00bb\u201c\u201d\u201e",
    "-": "\u2010\u2011\u2013\u2014\u2212",
    "...": "\u2026",
    "*": "\u2022",
    "->": "\u2192",
    "x": "\u00d7",
    "<=": "\u2264",
    ">=": "\u2265",
    " ": "\t\u00a0\u2009\u202f",
}
_PLAIN: Final = str.maketrans({sign: to for to, signs in _TYPEWRITTEN.items() for sign in signs})

_CODES: Final = {letter: code for code, letter in enumerate(GSM) if code != ESCAPE}
_JOINER: Final = "\u200d"


def alphabet_of(text: str) -> Alphabet:
    """Return the smallest alphabet that has every letter of a text."""
    return "gsm" if all(one in _CODES or one in GSM_EXTENSION for one in text) else "ucs2"


def plain(text: str) -> str:
    """Return a text with its signs as typewriters have them, if they alone cost half its room."""
    written = text.translate(_PLAIN)
    return written if alphabet_of(written) == "gsm" else text


def parts(text: str) -> list[str]:
    """Return a text as it is divided among messages; no letter is divided."""
    alphabet = alphabet_of(text)
    width = _gsm_width if alphabet == "gsm" else _ucs2_width
    if sum(map(width, text)) <= WHOLE[alphabet]:
        return [text]
    return _divided(text, PART[alphabet], width)


def segments(text: str) -> int:
    """Return how many messages a text takes."""
    return len(parts(text))


def shortened(text: str, most: int) -> str:
    """Cut a text that takes more than so many messages, and show that it was cut."""
    text = text[: most * WHOLE["gsm"] + 1]
    if segments(text) <= most:
        return text
    room = bisect_right(range(len(text)), most, key=lambda end: segments(text[:end] + CUT)) - 1
    while room > 0 and _belong_together(text[room - 1], text[room]):
        room -= 1
    return text[:room].rstrip() + CUT


def gsm_encoded(text: str) -> bytes:
    """Return the codes of a text that the small alphabet has, one in a byte."""
    codes = bytearray()
    for one in text:
        if one in GSM_EXTENSION:
            codes += bytes((ESCAPE, GSM_EXTENSION[one]))
        else:
            codes.append(_CODES[one])
    return bytes(codes)


def gsm_decoded(codes: bytes) -> str:
    """Return the text of codes of the small alphabet. Those that mean nothing are spaces."""
    extended = {code: letter for letter, code in GSM_EXTENSION.items()}
    text, is_escaped = [], False
    for code in codes:
        if is_escaped:
            text.append(extended.get(code, " "))
        elif code != ESCAPE:
            text.append(GSM[code] if code < len(GSM) else " ")
        is_escaped = code == ESCAPE and not is_escaped
    return "".join(text)


def _divided(text: str, room: int, width: Callable[[str], int]) -> list[str]:
    found, begin, used = [], 0, 0
    for at, one in enumerate(text):
        if used + width(one) > room:
            found.append(text[begin:at])
            begin, used = at, 0
        used += width(one)
    return [*found, text[begin:]]


def _gsm_width(letter: str) -> int:
    return 2 if letter in GSM_EXTENSION else 1


def _ucs2_width(letter: str) -> int:
    return 2 if ord(letter) > 0xFFFF else 1


def _belong_together(before: str, after: str) -> bool:
    """Say whether two code points are parts of one letter or picture as people see it."""
    return (
        _JOINER in {before, after}
        or unicodedata.category(after) in {"Mn", "Me"}
        or "\U0001f3fb" <= after <= "\U0001f3ff"
    )
