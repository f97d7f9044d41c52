"""The body of a REST request: made into a struct, or refused in sentences people understand."""

import re
from typing import Any, Final, TypeVar

import msgspec
from msgspec import inspect

from tocsin.usecases.errors import Invalid

LARGEST_NUMBER: Final = 2**31 - 1  # what the database keeps as an integer

Kind = TypeVar("Kind")

_WHERE: Final = re.compile(r"^(?P<what>.*?)(?: - at `\$\.?(?P<path>[^`]*)`)?$", re.DOTALL)
_MUST_BE: Final = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
}


class Ref(msgspec.Struct, frozen=True):
    """A reference as clients send it, with or without ``_reference`` behind its type."""

    id: str
    type: str = ""

    @property
    def kind(self) -> str:
        """The type it refers to."""
        return self.type.removesuffix("_reference")


def read_body(content: bytes, kind: type[Kind], wrapper: str | None = None) -> Kind:
    """Return the body, or what lies under ``wrapper`` in it. Raises Invalid.

    Unknown fields are ignored, and a null where none can be stored counts as left out.
    """
    body = _decode(content)
    if wrapper is not None:
        if body.get(wrapper) is None:
            raise Invalid(f"The body must hold “{wrapper}”.")
        body = body[wrapper]
    try:
        return msgspec.convert(
            _tidy(body, inspect.type_info(kind), wrapper or ""), kind, strict=False
        )
    except msgspec.ValidationError as error:
        raise Invalid(_sentence(str(error), wrapper)) from None


def _decode(content: bytes) -> Any:
    try:
        body = msgspec.json.decode(content or b"{}")
        has_nul = rb"\u0000" in content and _holds_nul(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Invalid("The body must be a JSON object in UTF-8.") from None
    except RecursionError:
        raise Invalid("The body is nested too deeply.") from None
    if not isinstance(body, dict):
        raise Invalid("The body must be a JSON object.")
    if has_nul:
        raise Invalid("Texts cannot hold the character U+0000.")
    return body


def _holds_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(_holds_nul(part) for part in value)
    return isinstance(value, str) and "\0" in value


def _tidy(value: Any, kind: inspect.Type, path: str) -> Any:
    """Leave out every null that ``kind`` has no use for; refuse numbers no table can keep."""
    match kind:
        case inspect.StructType(fields=fields) if isinstance(value, dict):
            kinds = {field.encode_name: field.type for field in fields}
            return {
                name: _tidy(part, kinds[name], name) if name in kinds else part
                for name, part in value.items()
                if part is not None or name not in kinds or _may_be_null(kinds[name])
            }
        case inspect.ListType(item_type=inner) | inspect.VarTupleType(item_type=inner) if (
            isinstance(value, list)
        ):
            return [_tidy(part, inner, path) for part in value]
        case inspect.UnionType(types=types):
            others = [other for other in types if not isinstance(other, inspect.NoneType)]
            return _tidy(value, others[0], path) if len(others) == 1 else value
        case inspect.IntType() if _is_too_large(value):
            raise Invalid(f"{_words(path)} is too large.")
    return value


def _is_too_large(value: Any) -> bool:
    """Say so of a number, also where it is written as text."""
    try:
        return abs(int(value)) > LARGEST_NUMBER
    except (TypeError, ValueError, OverflowError):
        return False


def _may_be_null(kind: inspect.Type) -> bool:
    match kind:
        case inspect.UnionType(types=types):
            return any(_may_be_null(part) for part in types)
        case inspect.NoneType() | inspect.AnyType():
            return True
    return False


def _sentence(complaint: str, wrapper: str | None) -> str:
    """Say in the reference's manner what the decoder found wrong."""
    match = _WHERE.match(complaint)
    what, path = (match["what"], match["path"] or "") if match else (complaint, "")
    if missing := re.fullmatch(r"Object missing required field `(.+)`", what):
        return f"{_words(f'{path}.{missing[1]}')} cannot be empty."
    return f"{_words(path or wrapper or 'the body')} {_fault(what)}."


def _fault(what: str) -> str:
    if wrong := re.fullmatch(r"Invalid (?:enum )?value '?(.+?)'?", what, re.DOTALL):
        return f"cannot be “{wrong[1]}”"
    if what == "Expected `str` of length >= 1":
        return "cannot be empty"
    if bound := re.fullmatch(r"Expected `(\w+)`( of length)? (<=|>=) (\d+)", what):
        kind, of_length, sign, number = bound.groups()
        unit = "" if not of_length else " characters long" if kind == "str" else " items long"
        return f"must be at {'most' if sign == '<=' else 'least'} {number}{unit}"
    if expected := re.fullmatch(r"Expected `([^`]+)`, got `[^`]+`", what):
        kinds = [_MUST_BE.get(kind, kind) for kind in expected[1].split(" | ") if kind != "null"]
        return f"must be {' or '.join(kinds)}"
    return "is not valid"


def _words(path: str) -> str:
    """Turn ``rules[0].start_time`` into "Rules 1 start time"."""
    counted = re.sub(r"\[(\d+)\]", lambda index: f" {int(index[1]) + 1}", path)
    words = re.sub(r"[._\[\]]+", " ", counted).split()
    return " ".join(words).capitalize()
