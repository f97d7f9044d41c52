"""Devices: what browsers hand over is taken only if messages can be sealed for it."""

import json
from typing import Any

import pytest

from tocsin.domain.reaching.device import LONGEST_ENDPOINT, Unfit, read_subscription

KEYS = {"p256dh": "B" + "A" * 86, "auth": "A" * 22}
ENDPOINT = "https://push.example.com/m/one"


def given(**changes: Any) -> str:
    return json.dumps({"endpoint": ENDPOINT, "expirationTime": None, "keys": KEYS} | changes)


def test_a_subscription_shows_its_service_and_not_its_address() -> None:
    one, two = read_subscription(given()), read_subscription(given(endpoint=f"{ENDPOINT}2"))

    assert one.shown.startswith("push.example.com ")
    assert one.shown != two.shown
    assert "m/one" not in one.shown
    assert (len(one.keys.point), len(one.keys.secret)) == (65, 16)


def test_padding_changes_nothing() -> None:
    padded = given(keys={"p256dh": KEYS["p256dh"] + "=", "auth": KEYS["auth"] + "=="})

    assert read_subscription(padded).keys.point == read_subscription(given()).keys.point


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no push subscription"),
        ("[]", "no push subscription"),
        ("{}", "no push subscription"),
        (b"\xff", "no push subscription"),
        (given(endpoint="https://[nowhere"), "no push subscription"),
        (given(keys=KEYS | {"auth": "äöü"}), "no push subscription"),
        (given(keys=KEYS | {"auth": "A" * 21}), "no push subscription"),
        (given(endpoint="ftp://push.example.com/m"), "must be a web address"),
        (given(endpoint="https:///m"), "must be a web address"),
        (given(endpoint="https://push.example.com\0/m"), "must be a web address"),
        (given(endpoint="https://push.example.com/m\n"), "must be a web address"),
        (given(endpoint="https://push.example.com/ä"), "must be a web address"),
        (given(endpoint="https://push.example.com /m"), "must be a web address"),
        (given(endpoint=ENDPOINT + "x" * LONGEST_ENDPOINT), "at most 1000 characters"),
        (given(keys=KEYS | {"auth": "A" * 24}), "another size"),
        (given(keys=KEYS | {"p256dh": "A" * 24}), "another size"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(text: str | bytes, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        read_subscription(text)
