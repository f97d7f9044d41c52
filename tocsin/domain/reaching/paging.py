"""Paging: how a person is told of an incident, when, and whether it is still wanted by then."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from tocsin.domain.people.user import ContactMethod, NotificationRule, Urgency, User
from tocsin.domain.response.incident import Incident

EMAIL = "email"


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A page to come. ``kind`` is its channel; no contact method means the login address."""

    at: datetime
    user_id: str
    kind: str
    contact_method_id: str | None


def plan(
    rules: Sequence[NotificationRule],
    methods: Mapping[str, ContactMethod],
    user: User,
    urgency: Urgency,
    now: datetime,
) -> tuple[Planned, ...]:
    """Plan a person's pages from now, soonest first, by their rules for the urgency.

    A person without a rule that works is paged at once by e-mail: wishes may be missing, pages
    may not.
    """
    wishes = {
        (rule.delay_minutes, rule.contact_method_id)
        for rule in rules
        if rule.urgency == urgency and rule.contact_method_id in methods
    }
    if not wishes:
        return (by_email(methods, user, now),)
    return tuple(
        by_method(methods[id_], now + timedelta(minutes=delay)) for delay, id_ in sorted(wishes)
    )


def still_wanted(incident: Incident, user_id: str, generation: int) -> bool:
    """Say whether a page planned in ``generation`` shall still go out."""
    return (
        incident.status == "triggered"
        and incident.generation == generation
        and any(assignment.user_id == user_id for assignment in incident.assignments)
    )


def next_method(
    rules: Sequence[NotificationRule],
    methods: Mapping[str, ContactMethod],
    tried: Collection[str],
) -> ContactMethod | None:
    """Find another way after one has failed for good: by the order of the rules, e-mail last."""
    by_delay = sorted(rules, key=lambda rule: rule.delay_minutes)
    in_order = dict.fromkeys([*(rule.contact_method_id for rule in by_delay), *methods])
    left = [methods[id_] for id_ in in_order if id_ in methods and id_ not in tried]
    return min(left, key=lambda method: method.kind == EMAIL, default=None)


def by_email(methods: Mapping[str, ContactMethod], user: User, at: datetime) -> Planned:
    """Plan a mail: to the first address for it, or to the one that somebody signs in with."""
    for method in methods.values():
        if method.kind == EMAIL:
            return by_method(method, at)
    return Planned(at=at, user_id=user.id, kind=EMAIL, contact_method_id=None)


def by_method(method: ContactMethod, at: datetime) -> Planned:
    """Plan a message to a contact method."""
    return Planned(at=at, user_id=method.user_id, kind=method.kind, contact_method_id=method.id)
