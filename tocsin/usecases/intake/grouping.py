"""Groups: the open incidents that new alerts of a batch may join, as they stand after each event.

Only services with grouping cost anything here: two queries for all of a batch. Batches that begin
alerts of the same such service go one after the other, on however many nodes; each sees what the
one before it has begun.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Final

import asyncpg

from tocsin.domain.intake.event import Event
from tocsin.domain.intake.grouping import (
    Group,
    Grouping,
    Traits,
    fits,
    grouping_of,
    joined,
    may_be_joined,
    traits_of,
)
from tocsin.domain.intake.service import Service
from tocsin.domain.response.incident import Incident
from tocsin.store.intake import groups as store

FEW: Final = 10  # how many groups an alert may choose from: some may end at this moment

Beginning = tuple[Service, Event]


class Groups:
    """What is known of the groups of each service, the newest last."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._groupings: dict[str, Grouping | None] = {}
        self._groups: dict[str, dict[str, Group]] = {}  # service id -> incident id -> group

    async def look_up(
        self, connection: asyncpg.Connection, beginning: Iterable[Beginning]
    ) -> set[str]:
        """Return the ids of the stored incidents that these may join, which the caller holds."""
        new = [(*one, grouping) for one in beginning if (grouping := self._grouping(one[0]))]
        if not new:
            return set()
        wanted = {service.id: grouping for service, _, grouping in new}
        await store.take_turns(connection, wanted)
        stored = await store.find(connection, wanted, self._now)
        asked: dict[str, set[Traits]] = {}
        for service, event, grouping in new:
            asked.setdefault(service.id, set()).add(traits_of(grouping, event))
        for service_id, grouping in wanted.items():
            groups = stored.get(service_id, ())
            self._groups[service_id] = _newest(grouping, groups, asked[service_id], self._now)
        return {incident_id for known in self._groups.values() for incident_id in known}

    def find(
        self, service: Service, event: Event, incidents: Mapping[str, Incident]
    ) -> Incident | None:
        """Return the newest incident that a new alert joins, if any, as it stands by now."""
        grouping, known = self._grouping(service), self._groups.get(service.id)
        if grouping is None or not known:
            return None
        traits = traits_of(grouping, event)
        fitting = (
            incident
            for group in reversed(known.values())
            if fits(grouping, group, traits, self._now)
            and (incident := incidents.get(group.incident_id))
            and may_be_joined(incident, service.id)
        )
        return next(fitting, None)

    def add(self, service: Service, incident: Incident, event: Event) -> None:
        """Count one more alert of an incident, the first one of a new incident too."""
        grouping = self._grouping(service)
        if grouping is None:
            return
        known = self._groups.setdefault(service.id, {})
        group = known.get(incident.id) or Group(
            incident_id=incident.id, began=self._now, last_alert_at=self._now
        )
        known[incident.id] = joined(group, traits_of(grouping, event), self._now)

    def _grouping(self, service: Service) -> Grouping | None:
        if service.id not in self._groupings:
            self._groupings[service.id] = grouping_of(service.alert_grouping)
        return self._groupings[service.id]


def _newest(
    grouping: Grouping, groups: Sequence[Group], asked: Iterable[Traits], now: datetime
) -> dict[str, Group]:
    """Pick the newest few groups that alerts with each of these traits fit, the newest last."""
    picked: set[str] = set()
    for traits in asked:
        fitting = (group for group in reversed(groups) if fits(grouping, group, traits, now))
        picked.update(group.incident_id for group in islice(fitting, FEW))
    return {group.incident_id: group for group in groups if group.incident_id in picked}
