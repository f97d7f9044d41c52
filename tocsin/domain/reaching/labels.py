"""Labels: what stands on the buttons and links with which a message is answered."""

from typing import Final

from tocsin.domain.reaching.answer import Deed
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.phrases import phrase

ARRIVED: Final = "arrived"  # a test asks whether it has arrived, and not whether somebody is up


def labels_of(message: Message) -> dict[Deed, str]:
    """Return what a message offers, in its order, with the words in the person's language."""
    is_trial = message.kind == "trial"
    return {
        deed: phrase(ARRIVED if is_trial and deed == "confirm" else deed, message.language)
        for deed in message.deeds
    }
