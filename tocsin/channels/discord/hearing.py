"""Interactions of Discord: signed calls that say which button somebody pressed."""

from datetime import datetime
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tocsin.channels.chats.sheet import answer_of
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Unheard
from tocsin.kit.foreign_json import NotJsonError, decode
from tocsin.kit.text import is_digits

SIGNATURE: Final = "x-signature-ed25519"
TIMESTAMP: Final = "x-signature-timestamp"
FRESH: Final = 300  # seconds that a call may be old, or from the future

PING: Final = 1
PRESSED: Final = 3


class Person(msgspec.Struct, frozen=True):
    """Who pressed it."""

    id: str


class Member(msgspec.Struct, frozen=True):
    """The same where it happens in a server."""

    user: Person


class Pressed(msgspec.Struct, frozen=True):
    """What was pressed."""

    custom_id: str = ""


class Original(msgspec.Struct, frozen=True):
    """The message beneath which it stands."""

    content: str = ""


class Interaction(msgspec.Struct, frozen=True):
    """What somebody did; ``user`` is there in conversations, ``member`` in channels."""

    type: int
    data: Pressed = Pressed()
    channel_id: str = ""
    user: Person | None = None
    member: Member | None = None
    message: Original = Original()


_INTERACTION: Final = msgspec.json.Decoder(Interaction)


def check(callback: Callback, key: Ed25519PublicKey, now: datetime) -> None:
    """Let only what Discord has signed lately pass. Raises Forged."""
    stamp = callback.headers.get(TIMESTAMP, "")
    if not is_digits(stamp, 12) or abs(now.timestamp() - int(stamp)) > FRESH:
        raise Forged(f"X-Signature-Timestamp must be within {FRESH} seconds of now.")
    try:
        signature = bytes.fromhex(callback.headers.get(SIGNATURE, ""))
        key.verify(signature, stamp.encode() + callback.body)
    except (ValueError, InvalidSignature):
        raise Forged("X-Signature-Ed25519 is not made with the key of the application.") from None


def read(body: bytes) -> Interaction:
    """Read an interaction. Raises Unheard."""
    try:
        return decode(body, _INTERACTION)
    except NotJsonError as error:
        raise Unheard(f"{error}.") from None


def heard_in(interaction: Interaction) -> Heard:
    """Return what is wanted by it. Raises Unheard."""
    if interaction.type == PING:
        return Heard()
    if interaction.type != PRESSED:
        raise Unheard("Only buttons are understood.")
    if interaction.member:
        person, place = interaction.member.user.id, f"#{interaction.channel_id}"
    elif interaction.user:
        person = place = interaction.user.id
    else:
        raise Unheard("The interaction does not say who pressed the button.")
    return Heard(answers=(answer_of(interaction.data.custom_id, person=person, place=place),))
