"""Mailgun: what it tells is believed if it is signed, lately, and was not told before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.standins.mail_services import (
    MAILGUN_KEY,
    called,
    mailgun,
    mailgun_event,
    mailgun_failure,
)
from tocsin.channels.mail_back import COMPLAINT
from tocsin.channels.mail_services.mailgun import Mailgun
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Receipt, Unheard

NOW = datetime(2026, 1, 10, 2, 14, tzinfo=UTC)
FAILURE = mailgun_failure("Q1")


def receipt_of(event: Any) -> Receipt:
    [receipt] = Mailgun(MAILGUN_KEY).hear(mailgun(event, NOW), NOW).receipts
    return receipt


def test_the_signature_is_the_one_that_mailgun_documents() -> None:
    at = datetime.fromtimestamp(1_700_000_000, UTC)
    signature = "e21f8732bb404926ae20f3edf92f1be34fa82b8d091a52c9ce766def3a6261ff"
    given = {"timestamp": 1_700_000_000, "token": "tokentokentoken", "signature": signature}

    callback = called({"signature": given, "event-data": FAILURE})

    assert Mailgun("key-test-0001").hear(callback, at).receipts


def test_a_lasting_failure_names_the_message_and_why() -> None:
    receipt = receipt_of(FAILURE)

    assert (receipt.provider_id, receipt.state, receipt.retry) == ("Q1", "failed", False)
    assert receipt.detail == "Mailgun: 550 5.1.1 no such user"


@pytest.mark.parametrize(
    ("status", "detail"),
    [
        ({"code": 605, "description": "Not delivering to a bounced address"}, "605 Not delivering"),
        ({"code": 0, "message": "", "description": ""}, "0 bounce"),
        ({}, "bounce"),
        ({"code": 550, "message": None}, "550 bounce"),
    ],
)
def test_why_is_told_in_the_words_that_there_are(status: dict[str, Any], detail: str) -> None:
    event = mailgun_failure("Q1") | {"delivery-status": status}

    assert receipt_of(event).detail.startswith(f"Mailgun: {detail}")


def test_what_was_tried_in_vain_for_hours_says_nothing_of_the_address() -> None:
    receipt = receipt_of(mailgun_failure("Q1", reason="old"))

    assert (receipt.state, receipt.retry) == ("failed", True)


def test_a_complaint_is_a_failure_for_good() -> None:
    receipt = receipt_of(mailgun_event("complained", "Q1"))

    assert (receipt.state, receipt.retry, receipt.detail) == ("failed", False, COMPLAINT)


def test_what_mailgun_does_not_send_may_go_by_somebody_else() -> None:
    receipt = receipt_of(mailgun_event("rejected", "Q1", reason="quota"))

    assert (receipt.state, receipt.retry, receipt.detail) == ("failed", True, "Mailgun: quota")


def test_a_delivery_proves_no_more_than_that_another_server_has_it() -> None:
    receipt = receipt_of(mailgun_event("delivered", "Q1"))

    assert (receipt.provider_id, receipt.state) == ("Q1", "sent")


@pytest.mark.parametrize(
    "event",
    [
        mailgun_failure("Q1", "temporary"),
        mailgun_event("opened", "Q1"),
        mailgun_event("accepted", "Q1"),
        mailgun_failure("Q1") | {"user-variables": {}},
        mailgun_failure("Q1") | {"user-variables": None},
        mailgun_failure("Q1") | {"user-variables": {"tocsin": 1}},
    ],
)
def test_what_is_no_news_of_a_message_says_nothing(event: Any) -> None:
    assert Mailgun(MAILGUN_KEY).hear(mailgun(event, NOW), NOW) == Heard()


@pytest.mark.parametrize(
    ("callback", "why"),
    [
        (mailgun(FAILURE, NOW, key="another key"), "missing or wrong"),
        (mailgun(FAILURE, NOW, token="t", signature="0" * 64), "missing or wrong"),
        (mailgun(FAILURE, NOW, signature="ü"), "missing or wrong"),
        (mailgun(FAILURE, NOW, signature=None), "missing or wrong"),
        (called({"event-data": FAILURE}), "missing or wrong"),
        (called(b"timestamp=1&token=2&signature=3"), "missing or wrong"),
        (called(b""), "missing or wrong"),
        (mailgun(FAILURE, NOW - timedelta(minutes=31)), "too old"),
        (mailgun(FAILURE, NOW + timedelta(minutes=31)), "too old"),
    ],
)
def test_what_is_not_signed_lately_is_forged(callback: Callback, why: str) -> None:
    with pytest.raises(Forged, match=why):
        Mailgun(MAILGUN_KEY).hear(callback, NOW)


def test_a_signature_of_no_key_is_forged() -> None:
    with pytest.raises(Forged):
        Mailgun("").hear(mailgun(FAILURE, NOW, key=""), NOW)


def test_what_was_done_is_not_taken_twice_whatever_is_told() -> None:
    service = Mailgun(MAILGUN_KEY)
    first = mailgun(FAILURE, NOW)
    assert service.hear(first, NOW) == service.hear(first, NOW)  # nothing was written down yet
    service.done(first, NOW)

    later = NOW + timedelta(minutes=29)
    for event in (FAILURE, mailgun_failure("Q2")):
        with pytest.raises(Forged, match="before"):
            service.hear(mailgun(event, NOW), later)
    assert service.hear(mailgun(FAILURE, NOW, token="another"), later).receipts


def test_what_was_done_is_forgotten_when_its_signature_is_too_old_anyway() -> None:
    service = Mailgun(MAILGUN_KEY)
    service.done(mailgun(FAILURE, NOW), NOW)
    later = NOW + timedelta(hours=2)
    service.done(mailgun(FAILURE, later, token="another"), later)

    assert service.hear(mailgun(FAILURE, later), later).receipts
    with pytest.raises(Forged, match="too old"):
        service.hear(mailgun(FAILURE, NOW), later)


@pytest.mark.parametrize(
    "event", [None, [], "bounce", {}, {"event": 1}, {"event": "failed", "delivery-status": []}]
)
def test_nonsense_that_is_signed_is_not_understood(event: Any) -> None:
    with pytest.raises(Unheard, match="no event of Mailgun"):
        Mailgun(MAILGUN_KEY).hear(mailgun(event, NOW), NOW)
