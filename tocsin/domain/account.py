"""The account: what administrators decide for everybody."""

from collections.abc import Iterator
from email.utils import parseaddr
from typing import Final

import msgspec

from tocsin.domain.faults import (
    faults_of_choice,
    faults_of_line,
    faults_of_number,
    faults_of_zone,
)
from tocsin.domain.reaching.phrases import LANGUAGES

LONGEST_NAME: Final = 100
LONGEST_SENDER: Final = 200
REQUESTS: Final = range(1, 1_000_001)
LONGEST_DIGEST: Final = 600
MOST_DAYS: Final = 36_500
KEPT: Final = {
    "keep_incidents": "Closed incidents",
    "keep_notifications": "Notifications",
    "keep_change_events": "Change events",
    "keep_alarms": "Alarms",
    "keep_quarantine": "Quarantine",
    "keep_measurements": "Measurements",
    "keep_deliveries": "Deliveries",
}
_ENDS: Final = frozenset(" <>,;")  # what would end the address in a header


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What is decided, each field under the name of the setting that gives its first value.

    ``catch_all`` names users by id or e-mail address; nobody means the owners. The ``keep_…`` are
    days; 0 means for ever.
    """

    account_name: str
    time_zone: str
    language: str
    catch_all: tuple[str, ...]
    mail_from: str
    requests_per_minute: int
    digest_seconds: int
    keep_quarantine: int
    keep_notifications: int
    keep_alarms: int
    keep_change_events: int
    keep_incidents: int
    keep_measurements: int
    keep_deliveries: int


def faults_of_account(account: Account) -> Iterator[str]:
    """Say what is wrong with what shall be decided."""
    yield from faults_of_line("Account name", account.account_name, LONGEST_NAME)
    yield from faults_of_zone("Time zone", account.time_zone)
    yield from faults_of_choice("Language", account.language, LANGUAGES)
    yield from _faults_of_sender(account.mail_from)
    yield from faults_of_number("Requests per minute", account.requests_per_minute, REQUESTS)
    digests = range(LONGEST_DIGEST + 1)
    yield from faults_of_number("Seconds between messages", account.digest_seconds, digests)
    for field, what in KEPT.items():
        if not 0 <= getattr(account, field) <= MOST_DAYS:
            yield f"{what} must be 0 to {MOST_DAYS} days; 0 means for ever."


def _faults_of_sender(sender: str) -> Iterator[str]:
    name, at, host = parseaddr(sender)[1].rpartition("@")
    is_address = bool(name and at and host) and not _ENDS & set(name + host)
    if not is_address or len(sender) > LONGEST_SENDER or not sender.isprintable():
        yield "Sender must be an address such as Tocsin <oncall@example.com>."
