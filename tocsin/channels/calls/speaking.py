"""The menu of a call: what a telephone says, in plain sentences, and what its keys do."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from tocsin.domain.reaching.answer import BY_KEY, Deed, Upshot
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.phrases import phrase
from tocsin.domain.reaching.speakable import speakable
from tocsin.kit.text import one_line

LONGEST_SPEECH: Final = 1000  # characters: more than a minute, and nobody remembers the beginning
TIMES_ASKED: Final = 3
DEED_OF: Final[Mapping[str, Deed]] = {"1": "confirm", **BY_KEY}
_KEY_OF: Final = {deed: key for key, deed in DEED_OF.items()}


class Part(msgspec.Struct, frozen=True):
    """Sentences to say; ``asks`` that a key is waited for, while they are said and afterwards."""

    sentences: tuple[str, ...]
    asks: bool = False


def call(message: Message) -> tuple[Part, ...]:
    """Return what somebody hears who answers and presses no key: the question is asked thrice."""
    menu = _menu(message)
    first = Part((_greeting(message), _speech(message), *menu), asks=bool(menu))
    if not menu:
        again = Part((_said("call_said_again", message), _speech(message)))
        return first, again, Part((_said("call_goodbye", message),))
    again = Part((_said("call_asked_again", message), _speech(message), *menu), asks=True)
    return first, *[again] * (TIMES_ASKED - 1), _farewell(message)


def leave(message: Message) -> tuple[Part, ...]:
    """Return what an answering machine hears, and whoever was taken for one and may press keys.

    It is said twice: the beginning may be lost before the tone.
    """
    again = (_said("call_said_again", message), _speech(message))
    said = (_greeting(message), _speech(message), *again)
    menu = _menu(message)
    if not menu:
        return (Part(said),)
    return (Part((*said, _said("call_if_somebody", message), *menu), asks=True),)


def correct(message: Message) -> tuple[Part, ...]:
    """Return what is said after a key that means nothing: the page once more."""
    menu = _menu(message)
    said = (_said("call_unknown_key", message), _speech(message), *menu)
    return Part(said, asks=bool(menu)), _farewell(message)


def conclude(message: Message, upshots: Sequence[Upshot]) -> tuple[Part, ...]:
    """Return what is said after a key: what came of it, and the menu again if nothing did."""
    sentences = tuple(speakable(one.sentence, message.language) for one in upshots)
    if all(one.ok for one in upshots):
        return (Part((*sentences, _said("call_goodbye", message))),)
    return Part((*sentences, *_menu(message)), asks=True), _farewell(message)


def _greeting(message: Message) -> str:
    return _said("call_greeting", message, recipient=message.recipient)


def _speech(message: Message) -> str:
    return one_line(message.speech, LONGEST_SPEECH)


def _menu(message: Message) -> tuple[str, ...]:
    return tuple(
        _said(f"call_press_{deed}", message, digit=_KEY_OF[deed])
        for deed in message.deeds
        if deed in _KEY_OF
    )


def _farewell(message: Message) -> Part:
    return Part((_said("call_unanswered", message),))


def _said(key: str, message: Message, **values: str) -> str:
    return phrase(key, message.language, **values)
