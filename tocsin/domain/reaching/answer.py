"""Answers: what people do about a page where it has arrived."""

from typing import Final, Literal, get_args

import msgspec

Deed = Literal["acknowledge", "resolve", "escalate", "join", "decline", "confirm", "list"]
DEEDS: Final[tuple[Deed, ...]] = get_args(Deed)

# What is pressed on a telephone, or sent in a short message.
BY_KEY: Final[dict[str, Deed]] = {
    "2": "join",
    "3": "decline",
    "4": "acknowledge",
    "6": "resolve",
    "8": "escalate",
}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants done, as a provider vouches for it.

    ``token`` names the message that is answered and proves that it was received. Without one,
    ``sender`` is the address that the answer came from, and the newest message to it is meant.
    ``number`` is the incident that was named; None means all that the message was about.
    ``join`` and ``decline`` answer who asks for help, ``confirm`` says that somebody is there,
    ``list`` asks what is open.
    """

    deed: Deed
    token: str | None = None
    sender: str | None = None
    number: int | None = None


class Upshot(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an answer: ``sentence`` says it in the person's language.

    ``statuses`` are those of the incidents by their ids, as they stand now.
    """

    ok: bool
    sentence: str
    language: str = "en"
    statuses: dict[str, str] = {}
