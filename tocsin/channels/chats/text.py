"""Texts of chats: what people write to a bot, or after its command, and what they want by it."""

from collections.abc import Mapping
from typing import Final, Literal

from tocsin.channels.answering import read
from tocsin.domain.reaching.answer import Answer
from tocsin.domain.reaching.hearing import Command, Heard
from tocsin.kit.text import printable

_WORDS: Final[Mapping[str, Literal["who", "trigger"]]] = {"who": "who", "trigger": "trigger"}


def heard_in_text(text: str, sender: str) -> Heard:
    """Return what is wanted; nothing if that is not plain."""
    first, _, rest = printable(text).strip().partition(" ")
    if word := _WORDS.get(first.lower()):
        return Heard(commands=(Command(word=word, text=rest.strip(), sender=sender),))
    said = read(text)
    if said is None:
        return Heard()
    return Heard(answers=(Answer(deed=said.deed, number=said.number, sender=sender),))
