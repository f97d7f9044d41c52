"""Postmark: what it tells is believed if it brings the key."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.standins.mail_services import (
    POSTMARK_KEY,
    basic,
    postmark,
    postmark_bounce,
    postmark_record,
)
from tocsin.channels.mail_back import COMPLAINT
from tocsin.channels.mail_services.postmark import Postmark
from tocsin.domain.reaching.hearing import Forged, Heard, Receipt, Unheard

NOW = datetime(2026, 1, 10, 2, 14, tzinfo=UTC)


def receipt_of(record: Any) -> Receipt:
    [receipt] = Postmark(POSTMARK_KEY).hear(postmark(record), NOW).receipts
    return receipt


def test_a_hard_bounce_names_the_message_and_why() -> None:
    receipt = receipt_of(postmark_bounce("Q1"))

    assert (receipt.provider_id, receipt.state, receipt.retry) == ("Q1", "failed", False)
    assert receipt.detail == "Postmark: HardBounce: smtp;550 5.1.1 no such user"


@pytest.mark.parametrize(
    ("kind", "told", "retry"),
    [
        ("BadEmailAddress", {}, False),
        ("ManuallyDeactivated", {}, False),
        ("SoftBounce", {}, True),
        ("Blocked", {}, True),
        ("DnsError", {}, True),
        ("SMTPApiError", {"Inactive": True}, False),
        ("Unknown", {"Details": None, "Inactive": None}, True),
    ],
)
def test_a_bounce_is_for_good_only_if_postmark_says_so(
    kind: str, told: dict[str, Any], retry: bool
) -> None:
    receipt = receipt_of(postmark_bounce("Q1", kind, **told))

    assert (receipt.state, receipt.retry) == ("failed", retry)
    assert receipt.detail.startswith(f"Postmark: {kind}")


def test_a_complaint_is_a_failure_for_good() -> None:
    receipt = receipt_of(postmark_record("SpamComplaint", "Q1", Type="SpamComplaint"))

    assert (receipt.state, receipt.retry, receipt.detail) == ("failed", False, COMPLAINT)


def test_a_delivery_proves_no_more_than_that_another_server_has_it() -> None:
    assert receipt_of(postmark_record("Delivery", "Q1")).state == "sent"


@pytest.mark.parametrize(
    "record",
    [
        postmark_bounce("Q1", "AutoResponder"),
        postmark_bounce("Q1", "Transient"),
        postmark_record("Open", "Q1"),
        postmark_record("SubscriptionChange", "Q1"),
        postmark_bounce("Q1") | {"Metadata": {}},
        postmark_bounce("Q1") | {"Metadata": None},
        postmark_bounce("Q1") | {"Metadata": {"tocsin": 7}},
    ],
)
def test_what_is_no_news_of_a_message_says_nothing(record: Any) -> None:
    assert Postmark(POSTMARK_KEY).hear(postmark(record), NOW) == Heard()


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": basic(POSTMARK_KEY, user="anybody")},
        {"authorization": basic(POSTMARK_KEY).replace("Basic", "basic")},
        {"x-tocsin-key": POSTMARK_KEY},
    ],
)
def test_the_key_comes_as_a_password_or_in_a_header(headers: dict[str, str]) -> None:
    assert Postmark(POSTMARK_KEY).hear(postmark(postmark_bounce("Q1"), **headers), NOW).receipts


@pytest.mark.parametrize(
    "headers",
    [
        {"x-other": "1"},
        {"authorization": basic("guessed")},
        {"authorization": basic("")},
        {"authorization": f"Bearer {POSTMARK_KEY}"},
        {"authorization": "Basic no base64"},
        {"authorization": "Basic /w=="},
        {"x-tocsin-key": "guessed"},
        {"x-tocsin-key": "\xfc"},
    ],
)
def test_whoever_has_no_key_is_not_believed(headers: dict[str, str]) -> None:
    with pytest.raises(Forged, match="missing or wrong"):
        Postmark(POSTMARK_KEY).hear(postmark(postmark_bounce("Q1"), **headers), NOW)


def test_without_a_key_nobody_is_believed() -> None:
    with pytest.raises(Forged):
        Postmark("").hear(postmark(postmark_bounce("Q1"), authorization=basic("")), NOW)


@pytest.mark.parametrize("told", [b"", b"[]", b"{}", b'{"RecordType": 1}', b"Type=HardBounce"])
def test_nonsense_is_not_understood(told: bytes) -> None:
    with pytest.raises(Unheard):
        Postmark(POSTMARK_KEY).hear(postmark(told), NOW)
