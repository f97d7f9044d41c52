"""What clients send is read generously, and refused in sentences."""

from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType

from tocsin.api.incoming import Ref, read_body
from tocsin.usecases.errors import Invalid


class Rule(msgspec.Struct, frozen=True):
    start_delay: Annotated[int, Meta(ge=0, le=90)]
    targets: tuple[Ref, ...] = ()


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=5)]
    description: str | UnsetType | None = UNSET
    color: str = "purple"
    size: Literal["small", "large"] | UnsetType = UNSET
    count: int = 0
    is_on: bool | UnsetType = UNSET
    rules: list[Rule] | UnsetType = UNSET
    first: Rule | UnsetType | None = UNSET
    extra: dict[str, Any] = {}


def read(thing: dict[str, Any]) -> Thing:
    return read_body(msgspec.json.encode({"thing": thing}), Thing, "thing")


def complaint(content: bytes) -> str:
    with pytest.raises(Invalid) as refused:
        read_body(content, Thing, "thing")
    (sentence,) = refused.value.sentences
    return sentence


def test_unknown_fields_are_ignored() -> None:
    assert read({"name": "x", "self": "https://…", "html_url": None}) == Thing(name="x")


def test_a_null_counts_as_left_out_where_none_can_be_stored() -> None:
    nulls = {"color": None, "size": None, "count": None, "rules": None, "is_on": None}

    assert read({"name": "x", **nulls}) == Thing(name="x")


def test_a_null_is_a_value_where_one_can_be_stored() -> None:
    thing = read({"name": "x", "description": None, "first": None, "extra": {"a": None}})

    assert (thing.description, thing.first, thing.extra) == (None, None, {"a": None})


def test_nulls_are_tidied_away_at_every_depth() -> None:
    rule = {"start_delay": 5, "targets": None, "id": None}

    thing = read({"name": "x", "rules": [rule], "first": rule})

    assert thing.rules == [Rule(5)]
    assert thing.first == Rule(5)


def test_a_number_may_be_written_as_text() -> None:
    assert read({"name": "x", "count": "30", "is_on": "true"}) == Thing(
        name="x", count=30, is_on=True
    )


@pytest.mark.parametrize("type_", ["user", "user_reference"])
def test_a_reference_is_known_with_and_without_its_suffix(type_: str) -> None:
    assert read_body(msgspec.json.encode({"id": "P1", "type": type_}), Ref).kind == "user"


def test_an_empty_body_is_an_empty_object() -> None:
    assert read_body(b"", dict[str, Any]) == {}


def test_a_list_can_be_wrapped_too() -> None:
    assert read_body(b'{"rules": [{"start_delay": 1}]}', list[Rule], "rules") == [Rule(1)]


@pytest.mark.parametrize(
    "content",
    [b"{", b"\xff", b"[" * 100_000, b'"\xed\xa0\x80"', b'{"thing": {"name": "\\ud800"}}', b"nope"],
)
def test_what_is_no_json_is_refused(content: bytes) -> None:
    assert complaint(content).startswith("The body ")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"[]", "The body must be a JSON object."),
        (b'"thing"', "The body must be a JSON object."),
        (b"{}", "The body must hold “thing”."),
        (b'{"thing": null}', "The body must hold “thing”."),
        (b'{"thing": "x"}', "Thing must be an object."),
        (b'{"thing": {"name": "\\u0000"}}', "Texts cannot hold the character U+0000."),
        (b'{"thing": {"\\u0000": 1}}', "Texts cannot hold the character U+0000."),
        (b'{"thing": {"a": ["\\u0000"]}}', "Texts cannot hold the character U+0000."),
    ],
)
def test_a_body_that_cannot_be_meant_is_refused(content: bytes, sentence: str) -> None:
    assert complaint(content) == sentence


def test_a_backslash_before_u0000_is_only_a_backslash() -> None:
    content = rb'{"thing": {"name": "a", "description": "\\u0000"}}'

    assert read_body(content, Thing, "thing").description == r"\u0000"


@pytest.mark.parametrize(
    ("thing", "sentence"),
    [
        ({}, "Name cannot be empty."),
        ({"name": None}, "Name cannot be empty."),
        ({"name": ""}, "Name cannot be empty."),
        ({"name": "abcdef"}, "Name must be at most 5 characters long."),
        ({"name": 7}, "Name must be a text."),
        ({"name": "x", "description": 7}, "Description must be a text."),
        ({"name": "x", "size": "huge"}, "Size cannot be “huge”."),
        ({"name": "x", "count": "many"}, "Count must be a whole number."),
        ({"name": "x", "count": 2**31}, "Count is too large."),
        ({"name": "x", "count": str(2**31)}, "Count is too large."),
        ({"name": "x", "is_on": []}, "Is on must be true or false."),
        ({"name": "x", "rules": {}}, "Rules must be a list."),
        ({"name": "x", "rules": [{}]}, "Rules 1 start delay cannot be empty."),
        (
            {"name": "x", "rules": [{"start_delay": 0}, {"start_delay": 91}]},
            "Rules 2 start delay must be at most 90.",
        ),
        ({"name": "x", "extra": []}, "Extra must be an object."),
    ],
)
def test_a_broken_rule_is_one_sentence(thing: dict[str, Any], sentence: str) -> None:
    assert complaint(msgspec.json.encode({"thing": thing})) == sentence
