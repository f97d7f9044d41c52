"""Providers: whom an installation has set up to carry its messages, and which of them is asked."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.reaching.channel import Checked

BREAKS_AFTER: Final = 3  # failures in a row
FIRST_REST: Final = timedelta(seconds=15)  # twice as long after each further failure
LONGEST_REST: Final = timedelta(minutes=5)


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """One channel as it was set up. Of one kind, the lowest ``position`` is asked first.

    ``type`` is the name of the channel's declaration, ``kind`` what it reaches. It carries no more
    than ``most_per_minute``, if that is set.
    """

    id: str
    type: str
    kind: str
    name: str
    position: int = 0
    settings: Mapping[str, str] = {}
    is_disabled: bool = False
    most_per_minute: int | None = None
    created_at: datetime
    updated_at: datetime

    def __repr__(self) -> str:
        return f"Provider({self.id}, {self.type})"

    @property
    def is_always_there(self) -> bool:
        """Whether it stands for what needs no provider, and is asked after all of them."""
        return not self.id


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider, known by its id, has done lately. While it rests, others are asked first.

    ``refusal`` is what it said when it was asked whether it knows us, and did not.
    What people answer by it is not heard ``unheard_since`` then, and ``unheard_why``.
    """

    id: str
    failures: int = 0
    rests_until: datetime | None = None
    refused_at: datetime | None = None
    refusal: str = ""
    last_ok_at: datetime | None = None
    last_failed_at: datetime | None = None
    last_detail: str = ""
    unheard_since: datetime | None = None
    unheard_why: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether it did not know us when it was asked, and has taken no message since."""
        if self.refused_at is None:
            return False
        return self.last_ok_at is None or self.last_ok_at < self.refused_at

    def is_resting(self, now: datetime) -> bool:
        """Say whether it is spared for now."""
        return self.rests_until is not None and now < self.rests_until

    def is_to_be_probed(self, now: datetime) -> bool:
        """Say whether it has rested after failures: a single message may find out how it does."""
        return self.rests_until is not None and now >= self.rests_until


def after_check(health: Health, checked: Checked, now: datetime) -> Health:
    """Return the health of a provider that was asked; one that gave no answer is as it was."""
    if checked.ok:
        return msgspec.structs.replace(health, refused_at=None, refusal="")
    if checked.is_refused:
        return msgspec.structs.replace(health, refused_at=now, refusal=checked.sentence)
    return health


def after_success(health: Health, now: datetime) -> Health:
    """Return the health of a provider that took a message."""
    return msgspec.structs.replace(health, failures=0, rests_until=None, last_ok_at=now)


def after_failure(health: Health, detail: str, now: datetime, wait_seconds: int = 0) -> Health:
    """Return the health of a provider that failed whoever was addressed.

    Once its rest is over, a single message probes it.
    """
    failures = health.failures + 1
    rest = timedelta(seconds=wait_seconds)
    if failures >= BREAKS_AFTER:
        doubled: int = 2 ** min(failures - BREAKS_AFTER, 10)
        rest = max(rest, min(FIRST_REST * doubled, LONGEST_REST))
    return msgspec.structs.replace(
        health,
        failures=failures,
        rests_until=now + rest if rest else None,
        last_failed_at=now,
        last_detail=detail,
    )


def route(
    providers: Sequence[Provider],
    healths: Mapping[str, Health],
    tried: Collection[str],
    now: datetime,
    full: Collection[str] = (),
) -> Provider | None:
    """Return whom to ask: the first who was not tried, one that rests only if nobody else is left.

    Once all were tried, the first is asked again. Those who are ``full`` carry no more for now:
    whoever is left may have to wait for them.
    """
    usable = [one for one in providers if not one.is_disabled]
    left = [one for one in usable if one.id not in tried] or usable
    with_room = [one for one in left if one.id not in full]
    resting = [one.id for one in left if (health := healths.get(one.id)) and health.is_resting(now)]
    return min(with_room, key=lambda one: (one.id in resting, one.position, one.id), default=None)
