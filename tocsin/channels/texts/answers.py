"""Short messages that people send us: what they want by them, and what they are told."""

from collections.abc import Sequence
from typing import Final

from tocsin.channels.answering import is_for_the_carrier, read
from tocsin.channels.commands import command_in
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.hearing import Heard
from tocsin.kit.sms import plain

LONGEST_QUESTION: Final = 40  # characters: what is longer was written by a machine, or to one
LONGEST_COMMAND: Final = 100  # which may hold a name


def heard_text(text: str, sender: str) -> Heard:
    """Return what somebody wants. Who is not understood is told what is open.

    Telephones that answer by themselves must not be answered again and again.
    """
    said = read(text)
    if said is not None:
        return Heard(answers=(Answer(deed=said.deed, number=said.number, sender=sender),))
    length = len(text.strip())
    command = command_in(text, sender)
    if command is not None and command.word == "who" and length <= LONGEST_COMMAND:
        return Heard(commands=(command,))
    if is_for_the_carrier(text) or length > LONGEST_QUESTION:
        return Heard()
    return Heard(answers=(Answer(deed="list", sender=sender),))


def told(upshots: Sequence[Upshot]) -> str:
    """Return what is answered, empty if nothing is. Signs that cost much room are made plain."""
    return plain("\n".join(upshot.sentence for upshot in upshots if upshot.sentence))
