"""SMPP 3.4: the packets that a sender of short messages needs, as bytes and back."""

import asyncio
import re
import struct
from typing import Final

import msgspec

from tocsin.kit.sms import Alphabet, gsm_decoded, gsm_encoded

BIND_TRANSMITTER: Final = 0x02
SUBMIT: Final = 0x04
DELIVER: Final = 0x05
UNBIND: Final = 0x06
BIND_TRANSCEIVER: Final = 0x09
ENQUIRE: Final = 0x15
RESPONSE: Final = 0x8000_0000  # is added to what is responded to
REJECTION: Final = 0x8000_0000  # responds to what cannot be understood

OK: Final = 0x00
UNKNOWN_COMMAND: Final = 0x03
LATER: Final = 0x64

LONGEST: Final = 70_000  # bytes of a packet; more is no SMPP
_VERSION: Final = 0x34
_HEADER: Final = struct.Struct("!IIII")
_CODINGS: Final[dict[Alphabet, int]] = {"gsm": 0, "ucs2": 8}
_ENCODINGS: Final = {1: "ascii", 3: "latin-1", 8: "utf-16-be"}
_IN_PARTS: Final = 0x40  # of the class of a message: a header stands before the text
_KIND: Final = 0x3C
_RECEIPT: Final = 0x04
_PAYLOAD: Final = 0x0424
_RECEIPTED_ID: Final = 0x001E
_STATE: Final = 0x0427
_STATES: Final = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}
_NAMED: Final = re.compile(r"\b(id|stat|err):(\S*)", re.IGNORECASE)


class Malformed(ValueError):  # noqa: N818 - an answer, not a fault
    """The other side does not speak SMPP."""


class Packet(msgspec.Struct, frozen=True):
    """A packet; ``number`` names a request, and its response has the same."""

    command: int
    status: int = OK
    number: int = 0
    body: bytes = b""

    @property
    def is_response(self) -> bool:
        """Whether it responds to one of ours."""
        return bool(self.command & RESPONSE)

    @property
    def name(self) -> str:
        """The name that its body begins with, as responses to messages have it."""
        return self.body.partition(b"\0")[0].decode("ascii", "replace")

    def encoded(self) -> bytes:
        """Return it as it is sent."""
        length = _HEADER.size + len(self.body)
        return _HEADER.pack(length, self.command, self.status, self.number) + self.body


class Party(msgspec.Struct, frozen=True):
    """Who sends or receives, with the type and the plan of the number."""

    address: str
    ton: int = 1
    npi: int = 1

    @classmethod
    def of(cls, written: str) -> "Party":
        """Tell numbers from names, and international numbers from short ones."""
        if written.startswith("+"):
            return cls(written[1:])
        return cls(written, 0, 1) if written.isdecimal() else cls(written, 5, 0)


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """What is delivered to us: a text, or a receipt with the ``id`` of a message of ours."""

    sender: str
    text: str
    is_receipt: bool
    is_first_part: bool
    id: str = ""
    state: str = ""
    error: str = ""


async def read_packet(reader: asyncio.StreamReader) -> Packet:
    """Wait for a packet. Raises Malformed and IncompleteReadError."""
    length, command, status, number = _HEADER.unpack(await reader.readexactly(_HEADER.size))
    if not _HEADER.size <= length <= LONGEST:
        raise Malformed(f"A packet cannot have {length} bytes.")
    return Packet(command, status, number, await reader.readexactly(length - _HEADER.size))


def bind(system_id: str, password: str, system_type: str) -> bytes:
    """Return the body with which we introduce ourselves."""
    return _texts(system_id, password, system_type) + bytes((_VERSION, 0, 0)) + b"\0"


def submit(
    source: Party,
    destination: Party,
    text: str,
    *,
    alphabet: Alphabet,
    part: tuple[int, int, int] | None,
    valid_seconds: int,
    wants_receipt: bool,
) -> bytes:
    """Return the body of a message. ``part`` is the number of the whole, of all parts, and its."""
    heading = b""
    if part:
        reference, count, number = part
        heading = bytes((5, 0, 3, reference & 0xFF, count, number))
    coded = gsm_encoded(text) if alphabet == "gsm" else text.encode("utf-16-be")
    message = heading + coded
    minutes, seconds = divmod(valid_seconds, 60)
    valid = f"00000000{minutes:02d}{seconds:02d}000R"
    return (
        _texts("")
        + _party(source)
        + _party(destination)
        + bytes((_IN_PARTS if part else 0, 0, 0))
        + _texts("", valid)
        + bytes((int(wants_receipt), 0, _CODINGS[alphabet], 0, len(message)))
        + message
    )


def delivered(packet: Packet) -> Delivered:
    """Read what is delivered to us. Raises Malformed."""
    try:
        return _delivered(packet.body)
    except (IndexError, ValueError, struct.error) as error:
        raise Malformed("What was delivered cannot be read.") from error


def _delivered(body: bytes) -> Delivered:
    at = body.index(0) + 1
    ton = body[at]
    end = body.index(0, at + 2)
    sender = body[at + 2 : end].decode("ascii", "replace")
    at = body.index(0, end + 3) + 1
    class_ = body[at]
    at = body.index(0, body.index(0, at + 3) + 1) + 1
    coding, length = body[at + 2], body[at + 4]
    message = body[at + 5 : at + 5 + length]
    optional = _optional(body[at + 5 + length :])
    message = message or optional.get(_PAYLOAD, b"")
    is_first = True
    if class_ & _IN_PARTS:
        heading, message = message[: message[0] + 1], message[message[0] + 1 :]
        is_first = heading[1] not in {0, 8} or heading[-1] == 1
    text = _decoded(message, coding)
    told = {name.lower(): value for name, value in _NAMED.findall(text)}
    id_ = optional.get(_RECEIPTED_ID, b"").rstrip(b"\0").decode("ascii", "replace")
    state = int.from_bytes(optional.get(_STATE, b""))
    return Delivered(
        sender=f"+{sender}" if ton == 1 and not sender.startswith("+") else sender,
        text=text,
        is_receipt=class_ & _KIND == _RECEIPT,
        is_first_part=is_first,
        id=id_ or told.get("id", ""),
        state=told.get("stat", "").upper() or _STATES.get(state, ""),
        error=told.get("err", ""),
    )


def _optional(rest: bytes) -> dict[int, bytes]:
    found, at = {}, 0
    while at + 4 <= len(rest):
        tag, length = struct.unpack_from("!HH", rest, at)
        found[tag] = rest[at + 4 : at + 4 + length]
        at += 4 + length
    return found


def _decoded(message: bytes, coding: int) -> str:
    if coding == 0:
        return gsm_decoded(message)
    return message.decode(_ENCODINGS.get(coding, "latin-1"), "replace")


def _party(party: Party) -> bytes:
    return bytes((party.ton, party.npi)) + _texts(party.address)


def _texts(*texts: str) -> bytes:
    return b"".join(text.encode("ascii", "replace") + b"\0" for text in texts)
