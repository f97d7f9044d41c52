"""Shadows: people in training, who get copies of the pages of others and can do nothing by them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from tocsin.domain.people.user import ContactMethod, NotificationRule, User
from tocsin.domain.reaching.contact_kind import PHONE
from tocsin.domain.reaching.paging import Planned, by_email, by_method, next_method
from tocsin.domain.response.incident import Incident

ONESELF: Final = "Nobody learns from their own pages: choose somebody else."


class Shadow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who learns from a mentor, or from whoever holds a schedule: one of both is given.

    Copies go to the contact method that they have chosen, if any.
    """

    id: str
    user_id: str
    mentor_id: str | None = None
    schedule_id: str | None = None
    contact_method_id: str | None = None
    created_at: datetime


def learns(shadow: Shadow, incident: Incident, paged: str, held: Iterable[str]) -> bool:
    """Say whether a page to somebody is copied; ``held`` are the schedules that they hold now.

    Who is responsible for the incident as well needs no copy.
    """
    if any(one.user_id == shadow.user_id for one in incident.assignments):
        return False
    if shadow.mentor_id:
        return shadow.mentor_id == paged
    climbed = {target.id for rule in incident.policy.rules for target in rule.targets}
    return shadow.schedule_id in climbed and shadow.schedule_id in set(held)


def way_of_copies(
    shadow: Shadow,
    rules: Sequence[NotificationRule],
    methods: Mapping[str, ContactMethod],
    user: User,
    now: datetime,
) -> Planned:
    """Plan a copy: to where was chosen. Else nobody is telephoned for a page of somebody else."""
    quiet = {id_: method for id_, method in methods.items() if method.kind != PHONE.name}
    method = methods.get(shadow.contact_method_id or "") or next_method(rules, quiet, ())
    return by_method(method, now) if method else by_email(quiet, user, now)
