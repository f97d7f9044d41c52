"""JSON from strangers: what a database cannot hold is mended, what is dangerous is refused."""

import re
from collections.abc import Iterable
from typing import Any, Final, TypeVar

import msgspec

MAX_DEPTH: Final = 100
MALFORMED: Final = "JSON parse error"
NOT_AN_OBJECT: Final = "The body is not a JSON object"
TOO_DEEP: Final = f"The JSON is nested more than {MAX_DEPTH} levels deep"

Shape = TypeVar("Shape")

_NUL: Final = b"\\u0000"
_REPLACEMENT: Final = b"\\ufffd"
_BYTE_ORDER_MARK: Final = "\ufeff"
# Each escape by itself: a whole surrogate pair, a NUL or half of a pair, or any other.
_ESCAPE: Final = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<bad>\\u0000|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|\\.",
    re.DOTALL,
)


class NotJsonError(ValueError):
    """The bytes cannot be read as the object that was asked for: why, in one sentence."""


def decode(body: bytes, decoder: msgspec.json.Decoder[Shape]) -> Shape:
    """Return what ``body`` says, with U+FFFD for NULs, lone surrogates and broken UTF-8."""
    if _NUL in body:
        body = _mend(body)
    try:
        return _decode_shallow(body, decoder)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _decode_mended(body, decoder)


def _decode_mended(body: bytes, decoder: msgspec.json.Decoder[Shape]) -> Shape:
    text = body.decode("utf-8", "replace").removeprefix(_BYTE_ORDER_MARK)
    try:
        return _decode_shallow(_mend(text.encode()), decoder)
    except msgspec.ValidationError:
        is_object = text.lstrip().startswith("{")
        raise NotJsonError(MALFORMED if is_object else NOT_AN_OBJECT) from None
    except msgspec.DecodeError:
        raise NotJsonError(MALFORMED) from None


def _decode_shallow(body: bytes, decoder: msgspec.json.Decoder[Shape]) -> Shape:
    try:
        said = decoder.decode(body)
    except RecursionError:
        raise NotJsonError(TOO_DEEP) from None
    # Most bodies have few brackets, and counting them is faster than walking.
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and _is_deep(said):
        raise NotJsonError(TOO_DEEP)
    return said


def _mend(body: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: _REPLACEMENT if found["bad"] else found[0], body)


def _is_deep(said: Any) -> bool:
    level: list[Any] = list(_parts(said))
    for _ in range(MAX_DEPTH):
        level = [part for whole in level for part in _parts(whole)]
    return bool(level)


def _parts(whole: Any) -> Iterable[Any]:
    if isinstance(whole, msgspec.Struct):
        return msgspec.structs.astuple(whole)
    if isinstance(whole, dict):
        return whole.values()
    return whole if isinstance(whole, list) else ()
