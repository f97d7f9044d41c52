"""Believing: a provider that was switched off tells what became of its messages, and no more."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from tocsin.domain.reaching.answer import Answer
from tocsin.domain.reaching.believing import RECEIPTS_FOR, believed, believes_receipt
from tocsin.domain.reaching.hearing import Command, Heard, Receipt
from tocsin.domain.reaching.provider import Provider

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
ON = Provider(id="P1", type="fast", kind="sms", name="One", created_at=NOON, updated_at=NOON)
OFF = replace(ON, is_disabled=True)
ARRIVED = Receipt(provider_id="m1", state="delivered")
ALL = Heard(
    receipts=(ARRIVED,),
    answers=(Answer(deed="acknowledge", token="t"),),
    commands=(Command(word="who", text="", sender="+15550100"),),
    token="t",
)


def test_all_is_believed_of_one_that_is_used() -> None:
    assert believed(ON, ALL) == ALL


def test_receipts_alone_are_believed_of_one_that_is_switched_off() -> None:
    assert believed(OFF, ALL) == Heard(receipts=(ARRIVED,))


@pytest.mark.parametrize(
    ("provider", "later", "counts"),
    [
        (ON, 10 * RECEIPTS_FOR, True),
        (OFF, RECEIPTS_FOR, True),
        (OFF, RECEIPTS_FOR + timedelta(seconds=1), False),
    ],
)
def test_a_receipt_counts_for_a_while(provider: Provider, later: timedelta, counts: bool) -> None:
    assert believes_receipt(provider, NOON, NOON + later) is counts
