"""Calls: what follows from who took one, from a key that was pressed, and from how it ended."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from tocsin.channels.calls import speaking
from tocsin.channels.calls.speaking import DEED_OF, Part
from tocsin.channels.dialling import PAUSE
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.hearing import Heard, Receipt
from tocsin.domain.reaching.message import Message

RINGS_FOR: Final = 25  # seconds; providers let it ring a little longer
LASTS_FOR: Final = 300  # seconds at most: whoever presses wrong keys is not listened to for ever
RECEIPT_WITHIN: Final = 90

Taker = Literal["human", "machine", "unknown"]

MACHINE: Final = "An answering machine took the call."
SOMEBODY: Final = "Somebody answered the call."
PRESSED: Final = "Somebody pressed a key."
NO_KEY: Final = "Answered, but nobody pressed a key."
_PAUSES: Final = "WW"  # each of a second


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """A moment of a call at which we say how it goes on; ``key`` was pressed, if any was."""

    call: str
    token: str
    taker: Taker
    key: str = ""


def heard_turn(turn: Turn) -> Heard:
    """Return what a moment of a call tells: a key proves that somebody listens."""
    if not turn.key:
        receipts = () if turn.taker == "unknown" else (_taken(turn.call, turn.taker),)
        return Heard(receipts=receipts, token=turn.token)
    deed = DEED_OF.get(turn.key)
    return Heard(
        receipts=(Receipt(provider_id=turn.call, state="read", detail=PRESSED),),
        answers=(Answer(deed=deed, token=turn.token),) if deed else (),
        token=turn.token,
    )


def parts_for(turn: Turn, upshots: Sequence[Upshot], message: Message | None) -> Sequence[Part]:
    """Return how a call goes on: nothing is said about a message that is not ours any more."""
    if message is None:
        return ()
    if upshots:
        return speaking.conclude(message, upshots)
    if turn.key:
        return speaking.correct(message)
    return speaking.leave(message) if turn.taker == "machine" else speaking.call(message)


def over(call: str, taker: Taker) -> Receipt | None:
    """Return the receipt of a call that was taken and is over.

    That a person took it was told when we were asked what to say; who did not ask said nothing.
    """
    return None if taker == "human" else _taken(call, taker)


def untaken(call: str, why: str, *, retry: bool = True) -> Receipt:
    """Return the receipt of a call that reached nobody. Usually, the next may do better."""
    return Receipt(provider_id=call, state="failed", detail=why, retry=retry)


def tones(extension: str) -> str:
    """Write down what is to be pressed once the call is taken."""
    return extension.replace(PAUSE, _PAUSES)


def _taken(call: str, taker: Taker) -> Receipt:
    """Return the receipt of a call that was taken: only a person makes it delivered."""
    if taker == "human":
        return Receipt(provider_id=call, state="delivered", detail=SOMEBODY)
    why = MACHINE if taker == "machine" else NO_KEY
    return Receipt(provider_id=call, state="failed", detail=why, retry=True, is_unproven=True)
