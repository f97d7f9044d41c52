"""Texts of chats: what people write to a bot, or after its command, and what they want by it."""

from tocsin.channels.answering import read
from tocsin.channels.commands import command_in
from tocsin.domain.reaching.answer import Answer
from tocsin.domain.reaching.hearing import Heard


def heard_in_text(text: str, sender: str) -> Heard:
    """Return what is wanted; nothing if that is not plain."""
    command = command_in(text, sender)
    if command is not None:
        return Heard(commands=(command,))
    said = read(text)
    if said is None:
        return Heard()
    return Heard(answers=(Answer(deed=said.deed, number=said.number, sender=sender),))
