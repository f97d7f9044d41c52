"""Packets of SMPP: whatever arrives is read or refused, and nothing else happens."""

import asyncio
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.kit.smpp import DELIVER, Delivered, Malformed, Packet, Party, delivered, read_packet

HEAD = b"\0\1\1" + b"15550100\0" + b"\1\1" + b"4711\0"


def deliver_sm(class_: int, coding: int, text: bytes, rest: bytes = b"") -> Packet:
    fields = bytes((class_, 0, 0)) + b"\0\0" + bytes((0, 0, coding, 0, len(text)))
    return Packet(DELIVER, body=HEAD + fields + text + rest)


@given(st.binary())
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    for packet in (Packet(DELIVER, body=body), Packet(DELIVER, body=HEAD + body)):
        with suppress(Malformed):
            assert delivered(packet)


def test_a_text_may_stand_behind_the_fields() -> None:
    found = delivered(deliver_sm(0, 8, b"", b"\x04\x24\x00\x02\x78\xba"))

    assert found == Delivered(sender="+15550100", text="確", is_receipt=False, is_first_part=True)


@pytest.mark.parametrize(
    ("heading", "is_first"),
    [
        (b"\5\0\3\7\2\1", True),
        (b"\5\0\3\7\2\2", False),
        (b"\6\x08\4\0\7\2\2", False),
        (b"\2\x25\0", True),  # the number of a language: nothing about parts
    ],
)
def test_only_the_first_part_of_a_text_is_told(heading: bytes, is_first: bool) -> None:
    found = delivered(deliver_sm(0x40, 0, heading + b"ack"))

    assert (found.text, found.is_first_part) == ("ack", is_first)


@pytest.mark.parametrize(("state", "word"), [(2, "DELIVRD"), (8, "REJECTD"), (0, ""), (9, "")])
def test_states_are_told_in_words(state: int, word: str) -> None:
    fields = b"\x00\x1e\x00\x03A1\0" + b"\x04\x27\x00\x01" + bytes((state,))

    found = delivered(deliver_sm(4, 0, b"", fields))

    assert (found.id, found.state, found.is_receipt) == ("A1", word, True)


@pytest.mark.parametrize(
    ("written", "party"),
    [
        ("+15550100", Party("15550100", 1, 1)),
        ("4711", Party("4711", 0, 1)),
        ("Oncall", Party("Oncall", 5, 0)),
    ],
)
def test_numbers_are_told_from_names(written: str, party: Party) -> None:
    assert Party.of(written) == party


@pytest.mark.parametrize("length", [0, 15, 70_001])
async def test_a_packet_of_an_impossible_length_is_refused(length: int) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(length.to_bytes(4) + bytes(12))

    with pytest.raises(Malformed, match=f"{length} bytes"):
        await read_packet(reader)
