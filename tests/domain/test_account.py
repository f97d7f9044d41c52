"""The account: what may be decided, and which sentence refuses the rest."""

from typing import Any

import pytest
from msgspec.structs import replace

from tocsin.domain.account import Account, faults_of_account

GOOD = Account(
    account_name="Example",
    time_zone="Europe/Vienna",
    language="en",
    catch_all=(),
    mail_from="Tocsin <oncall@example.com>",
    requests_per_minute=3000,
    digest_seconds=60,
    keep_quarantine=30,
    keep_notifications=400,
    keep_alarms=90,
    keep_change_events=400,
    keep_incidents=0,
    keep_measurements=30,
    keep_deliveries=30,
)


def test_a_good_account_has_no_faults() -> None:
    assert list(faults_of_account(GOOD)) == []


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("account_name", "", "Account name cannot be blank."),
        ("account_name", "x" * 101, "Account name must have at most 100 characters"),
        ("time_zone", "Vienna", "Time zone must be the name of a time zone, such as"),
        ("language", "fi", "Language must be one of en, de, fr, es, ja."),
        ("mail_from", "Tocsin", "Sender must be an address such as"),
        ("mail_from", "a@example.com\r\nBcc: b@example.com", "Sender must be an address"),
        ("mail_from", f"{'x' * 200} <a@example.com>", "Sender must be an address"),
        ("digest_seconds", 601, "Seconds between messages must be from 0 to 600."),
        ("requests_per_minute", 0, "Requests per minute must be from 1 to 1000000."),
        ("requests_per_minute", 1_000_001, "Requests per minute must be from 1 to 1000000."),
        ("keep_alarms", -1, "Alarms must be 0 to 36500 days; 0 means for ever."),
        ("keep_incidents", 36_501, "Closed incidents must be 0 to 36500 days"),
    ],
)
def test_a_fault_is_one_sentence_that_begins_with_its_field(
    field: str, value: Any, sentence: str
) -> None:
    (told,) = faults_of_account(replace(GOOD, **{field: value}))

    assert told.startswith(sentence)


@pytest.mark.parametrize("sender", ["oncall@example.com", "tocsin@localhost", "A, B <a@b.example>"])
def test_a_sender_is_an_address_perhaps_with_a_name(sender: str) -> None:
    faults = list(faults_of_account(replace(GOOD, mail_from=sender)))

    assert bool(faults) == ("," in sender)
