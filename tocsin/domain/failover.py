"""What follows when a message does not get through: another try, another way, or neither."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.paging import EMAIL, next_method
from tocsin.domain.user import ContactMethod, NotificationRule

BACK_OFF: Final = (5, 10, 20, 40, 60)  # seconds after the first, second, … attempt
GIVE_UP_AFTER: Final = timedelta(hours=1)
LOGIN: Final = "login"  # stands for the login address among the ways that were tried


class Way(msgspec.Struct, frozen=True):
    """A channel and the contact method to use by it; without one, the login address."""

    kind: str
    contact_method_id: str | None


def next_try(
    *, attempts: int, planned_for: datetime, now: datetime, wait_seconds: int = 0
) -> datetime | None:
    """Return when to try again, or None once it was tried for an hour.

    ``wait_seconds`` is what the other side asked for.
    """
    back_off = BACK_OFF[min(attempts, len(BACK_OFF)) - 1]
    at = now + timedelta(seconds=max(back_off, wait_seconds))
    return at if at <= planned_for + GIVE_UP_AFTER else None


def next_way(
    rules: Sequence[NotificationRule],
    methods: Mapping[str, ContactMethod],
    tried: Collection[str],
) -> Way | None:
    """Return another way to a person; the login address is the last, if no e-mail was tried."""
    method = next_method(rules, methods, tried)
    if method is not None:
        return Way(method.kind, method.id)
    has_email = any(method.kind == EMAIL for method in methods.values())
    return None if has_email or LOGIN in tried else Way(EMAIL, None)
