"""JSON from strangers: mending, and the limits."""

import json
import time
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.kit.foreign_json import MAX_DEPTH, NotJsonError, decode


class Said(msgspec.Struct):
    it: Any = None


DECODER = msgspec.json.Decoder(Said)
ANY_TEXT = st.text(st.characters(), max_size=30)  # surrogates and NUL included
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
)


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        # What UTF-16 can pair is a character; what is left alone is replaced.
        paired = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return paired.replace("\0", "\ufffd")
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value


@given(JSON)
def test_every_text_comes_out_as_utf_8_without_nul(value: Any) -> None:
    said = decode(json.dumps({"it": value}).encode(), DECODER).it

    assert _mended(value) == said
    assert b"\\u0000" not in msgspec.json.encode(said).replace(b"\\\\", b"")


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    with suppress(NotJsonError):
        decode(body, DECODER)


@pytest.mark.parametrize("bracket", ["[]", "{}"])
def test_the_deepest_nesting_that_is_read_can_be_written_again(bracket: str) -> None:
    opening = '{"a":' if bracket == "{}" else "["
    inner = MAX_DEPTH - 1  # the whole is a level too
    nested = opening * inner + "1" + bracket[1] * inner

    assert msgspec.json.encode(decode(f'{{"it":{nested}}}'.encode(), DECODER).it)
    with pytest.raises(NotJsonError, match="100 levels"):
        decode(f'{{"it":{opening}{nested}{bracket[1]}}}'.encode(), DECODER)


@pytest.mark.parametrize(
    "filler", [b"\\\\", b"\\u0000", b"\\ud800", b"\\ud83d\\ude00", b"\xff", b"[]", b"[", b'"']
)
def test_half_a_megabyte_of_anything_is_judged_at_once(filler: bytes) -> None:
    body = b'{"it":["' + filler * (512 * 1024 // len(filler)) + b'\\ud800"]}'

    began = time.perf_counter()
    with suppress(NotJsonError):
        decode(body, DECODER)
    assert time.perf_counter() - began < 0.5
