"""Gathering: in a storm a person gets one message, and then what has gathered since, together."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.account import Account
from tocsin.domain.people.user import User

LOOKED_BACK: Final = 10  # spans; who was told all the while is told again with the next one


class Earlier(msgspec.Struct, frozen=True):
    """A message that an address got lately, and the classes of incidents that it told of."""

    at: datetime
    classes: Sequence[str]


def span_of(user: User, account: Account) -> int:
    """Return for how many seconds pages to somebody gather: as they wish, or as all do."""
    return account.digest_seconds if user.digest_seconds is None else user.digest_seconds


def gathers_until(
    earlier: Sequence[Earlier], classes: Collection[str], span: timedelta, now: datetime
) -> datetime | None:
    """Return until when pages wait to be told together; None if they go at once.

    A first message opens a span; what comes before its end waits for it, unless it is of a class
    that the span has not told of yet. ``earlier`` are the messages of some spans, oldest first.
    """
    opened = None
    told: set[str] = set()
    for message in earlier:
        if opened is None or message.at >= opened + span:
            opened, told = message.at, set()
        told.update(message.classes)
    if opened is None or now >= opened + span:
        return None
    return opened + span if set(classes) <= told else None
