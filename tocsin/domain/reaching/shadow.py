"""Shadows: people in training, who get copies of the pages of others and can do nothing by them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from tocsin.domain.incident import Incident

ONESELF: Final = "Nobody learns from their own pages: choose somebody else."


class Shadow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who learns from a mentor, or from whoever holds a schedule: one of both is given."""

    id: str
    user_id: str
    mentor_id: str | None = None
    schedule_id: str | None = None
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
