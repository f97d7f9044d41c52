"""What follows when a message does not get through: another try, another way, or neither."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from tocsin.domain.people.user import ContactMethod, NotificationRule
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.hearing import ReceiptState
from tocsin.domain.reaching.paging import EMAIL, next_method
from tocsin.domain.response.incident import Incident

BACK_OFF: Final = (5, 10, 20, 40, 60)  # seconds after the first, second, … round
WIDEN_AFTER: Final = timedelta(seconds=60)  # a page may come twice, but not never
UNPROVEN_PAUSE: Final = timedelta(seconds=60)  # until a number is called again
MOST_UNPROVEN: Final = 3  # no voice mail wants more
GIVE_UP_AFTER: Final = timedelta(hours=1)
LOGIN: Final = "login"  # stands for the login address among the ways that were tried

# How sure it is that somebody has it. Only what is surer than what is known counts.
_SURE: Final[tuple[ReceiptState, ...]] = ("accepted", "sent", "failed", "delivered", "read")

Place = tuple[str, str, int]  # the user, the incident, and its generation


class Way(msgspec.Struct, frozen=True):
    """A channel and the contact method to use by it; without one, the login address."""

    kind: str
    contact_method_id: str | None


class Trail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a page was tried before.

    ``tried`` are other ways to the person, ``providers`` those that failed in this round of all who
    reach this kind of contact method; ``may_do_better`` says that one of them may do so later.
    ``is_widened`` says that another way is being tried beside this one.
    """

    since: datetime | None = None
    tried: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    tries: int = 0
    rounds: int = 0
    may_do_better: bool = False
    is_widened: bool = False


def trail_of(payload: Mapping[str, Any] | None) -> Trail:
    """Return the trail that planned work carries with it."""
    return msgspec.convert(payload or {}, Trail)


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What is tried next: the same way ``again`` at an instant, and ``another_way`` at once."""

    again: Trail | None = None
    at: datetime | None = None
    another_way: bool = False


def turn(
    trail: Trail,
    delivery: Delivery,
    *,
    provider_id: str,
    has_others: bool,
    since: datetime,
    now: datetime,
) -> Turn:
    """Say what follows a failure.

    The next provider is asked at once; after the last, whoever may do better is asked again later
    and later. Another way is tried when that has lasted too long, or when there is no hope, and
    beside what was carried to nobody knows whom.
    """
    failed = replace(
        trail,
        since=since,
        tries=trail.tries + 1,
        providers=(*trail.providers, provider_id),
        may_do_better=trail.may_do_better or delivery.retry,
    )
    if delivery.is_unproven:
        return _unproven(failed, now)
    limit = since + WIDEN_AFTER
    if has_others:
        return _widened(failed, now, now > limit)
    rounds, wait = trail.rounds + 1, delivery.wait_seconds
    at = next_try(attempts=rounds, planned_for=since, now=now, wait_seconds=wait)
    if at is None or not failed.may_do_better:
        return Turn(another_way=not trail.is_widened)
    if now < limit:
        at = min(at, max(limit, now + timedelta(seconds=wait)))
    again = replace(failed, providers=(), rounds=rounds, may_do_better=False)
    return _widened(again, at, at > limit)


def _unproven(failed: Trail, now: datetime) -> Turn:
    """Try another way at once, and the same some more times: the message was left each time."""
    rounds, widens = failed.rounds + 1, not failed.is_widened
    if rounds >= MOST_UNPROVEN:
        return Turn(another_way=widens)
    again = replace(failed, providers=(), rounds=rounds, may_do_better=False, is_widened=True)
    return Turn(again=again, at=now + UNPROVEN_PAUSE, another_way=widens)


def _widened(again: Trail, at: datetime, is_time: bool) -> Turn:
    """Let another way be tried as well if it is time and none is being tried yet."""
    widens = is_time and not again.is_widened
    again = replace(again, is_widened=again.is_widened or widens)
    return Turn(again=again, at=at, another_way=widens)


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


def is_news(known: ReceiptState | None, told: ReceiptState) -> bool:
    """Say whether a receipt tells more than is known."""
    return known is None or _SURE.index(told) > _SURE.index(known)


def is_left_alone(incident: Incident, hopes: Collection[Place]) -> bool:
    """Say whether nobody of the present level is reached or may be, and there is a next level.

    ``hopes`` are the places where somebody was reached, or is being tried.
    """
    has_next = incident.escalate_at is not None and incident.level + 1 < len(incident.policy.rules)
    return has_next and not any(
        (assignment.user_id, incident.id, incident.generation) in hopes
        for assignment in incident.assignments
    )
