"""Secrets that are kept when a provider is changed, and where they may be sent."""

from typing import Final

import pytest

from tocsin.channels import DECLARED
from tocsin.domain.reaching.contact_kind import Field
from tocsin.domain.reaching.kept_secrets import faults_of_move

FIELDS: Final = (
    Field(name="base_url", label="Server", kind="url", example="https://a.example.com"),
    Field(name="host", label="Host", kind="text", example="a.example.com", is_host=True),
    Field(name="sender", label="Sender", kind="text", example="+1"),
    Field(name="password", label="Password", kind="secret", example=""),
    Field(name="key", label="Key", kind="secret", example="", required=False),
)
BEFORE: Final = {
    "base_url": "https://a.example.com/v1",
    "host": "a.example.com:5060",
    "sender": "+1",
    "password": "hidden",
    "key": "hidden",
}


def faults(given: dict[str, str], before: dict[str, str] = BEFORE) -> list[str]:
    after = before | {name: value for name, value in given.items() if value.strip()}
    return [*faults_of_move(FIELDS, before=before, after=after, given=given)]


@pytest.mark.parametrize(
    ("name", "value", "label"),
    [
        ("base_url", "https://b.example.com/v1", "Server"),
        ("base_url", "http://a.example.com/v1", "Server"),
        ("base_url", "https://a.example.com:8443/v1", "Server"),
        ("base_url", "https://a.example.com@b.example.com/", "Server"),
        ("base_url", "https://[a.example.com/v1", "Server"),
        ("host", "b.example.com:5060", "Host"),
    ],
)
def test_what_leads_elsewhere_wants_the_secrets_again(name: str, value: str, label: str) -> None:
    said = f"{label} leads to another host: Password and Key must be typed again, to be sent there."

    assert faults({name: value}) == [said]
    assert faults({name: value, "password": " ", "key": ""}) == [said]
    assert faults({name: value, "password": "new", "key": "new"}) == []


def test_each_secret_that_would_go_there_is_named() -> None:
    assert faults({"host": "b.example.com", "password": "new"}) == [
        "Host leads to another host: Key must be typed again, to be sent there."
    ]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"sender": "+2"},
        {"base_url": "https://A.example.com/v2"},
        {"host": "A.example.com:5060"},
    ],
)
def test_on_the_same_host_secrets_stay(given: dict[str, str]) -> None:
    assert faults(given) == []


def test_what_has_no_secret_may_go_anywhere() -> None:
    assert faults({"host": "b.example.com"}, {"host": "a.example.com"}) == []


def test_every_provider_says_which_of_its_texts_is_a_host() -> None:
    hosts = [
        (one.name, field.name)
        for one in DECLARED
        for field in one.settings
        if field.name in {"server", "host"} and field.kind == "text"
    ]
    marked = [(one.name, field.name) for one in DECLARED for field in one.settings if field.is_host]

    assert hosts == marked
    assert ("sip", "server") in marked
