"""What people and timers do to incidents at the same moment, in one transaction each."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.team import NOON
from tocsin.domain.people.user import User
from tocsin.domain.response.incident import Incident
from tocsin.store import tables
from tocsin.store.clashes import tried_again
from tocsin.usecases.errors import Arguments, NotFound, Refused
from tocsin.usecases.response import alerts, creation, merging
from tocsin.usecases.response.creation import Wish
from tocsin.usecases.response.incidents import By, Change, by_hand, change, ring


def _ann(night: Night) -> By:
    return by_hand(night.team.ann)


async def _read(night: Night, *found: Incident) -> list[Incident]:
    now = {incident.id: incident for incident in await night.incidents()}
    return [now[incident.id] for incident in found]


async def _resolve(night: Night, *found: Incident) -> None:
    wanted = [Change(incident_id=incident.id, status="resolved") for incident in found]
    await change(night.house, wanted, _ann(night), night.now)


async def _alerts(night: Night) -> list[tuple[str, str, str]]:
    """Return each alert's key, status and incident."""
    c = tables.alerts.c
    query = sa.select(c.dedup_key, c.status, c.incident_id).order_by(c.id)
    async with night.database.read() as tx:
        return [(key, status, incident) for key, status, incident in await tx.execute(query)]


async def test_many_timers_ring_in_one_transaction_each_for_its_own_incident(night: Night) -> None:
    first, second = await night.trigger("disk-1", "disk-2")
    await _resolve(night, first)
    works = [work for work in await night.work("timer") if work.kind == "escalate"]

    await ring(night.house, works, night.passes(minutes=5))

    resolved, escalated = await _read(night, first, second)
    assert (resolved.status, resolved.level) == ("resolved", 0)
    assert (escalated.status, escalated.level) == ("triggered", 1)
    assert not {work.id for work in works} & {work.id for work in await night.work("timer")}


async def test_a_timer_that_resolves_takes_the_alerts_along(night: Night) -> None:
    (incident,) = await night.trigger("disk")
    works = [work for work in await night.work("timer") if work.kind == "auto_resolve"]

    await ring(night.house, works, night.passes(hours=4))

    (over,) = await _read(night, incident)
    assert (over.status, over.resolved_at) == ("resolved", NOON + timedelta(hours=4))
    assert await _alerts(night) == [("disk", "resolved", incident.id)]


async def test_a_timer_of_an_incident_that_is_gone_is_done_all_the_same(night: Night) -> None:
    await night.trigger("disk")
    works = await night.work("timer")
    await night.sql(sa.delete(tables.incidents))

    await ring(night.house, works, night.passes(hours=4))

    assert await night.work("timer") == []


async def test_a_change_that_is_refused_undoes_all_the_others(night: Night) -> None:
    first, second = await night.trigger("disk-1", "disk-2")
    await _resolve(night, second)

    with pytest.raises(Refused):
        await _resolve(night, first, second)
    with pytest.raises(NotFound):
        await change(
            night.house,
            [Change(incident_id=first.id, title="Full"), Change(incident_id="QNOTHING")],
            _ann(night),
            night.now,
        )

    (unchanged,) = await _read(night, first)
    assert (unchanged.status, unchanged.title) == ("triggered", "disk-1")
    assert ("disk-1", "triggered", first.id) in await _alerts(night)


async def test_of_two_people_one_begins_an_incident_with_a_key(night: Night) -> None:
    async def begin(user: User) -> Incident | Arguments:
        wish = Wish(title="Down", service_id=night.team.service.id, incident_key="disk")
        try:
            return await creation.create(night.house, wish, user, night.now)
        except Arguments as refusal:
            return refusal

    team = night.team
    outcomes = await asyncio.gather(*(begin(user) for user in (team.ann, team.ben) * 3))

    assert sum(isinstance(outcome, Incident) for outcome in outcomes) == 1
    assert len(await night.incidents()) == 1


async def test_the_last_two_alerts_resolved_at_once_resolve_their_incident(night: Night) -> None:
    target, source = await night.trigger("disk-1", "disk-2")
    await merging.merge(night.house, target.id, [source.id], _ann(night), night.now)
    async with night.database.read() as tx:
        ids = list((await tx.execute(sa.select(tables.alerts.c.id))).scalars())

    async def resolve(id_: str) -> None:
        wanted = [alerts.Change(alert_id=id_, status="resolved")]
        await alerts.change(night.house, target.id, wanted, _ann(night), night.now)

    await asyncio.gather(*(resolve(id_) for id_ in ids))

    (over,) = await _read(night, target)
    assert over.status == "resolved"


async def test_merges_recoveries_and_people_at_once_leave_no_alert_behind(night: Night) -> None:
    names = [f"disk-{number}" for number in range(12)]
    found = await night.trigger(*names)
    pairs = list(zip(found[::2], found[1::2], strict=True))

    async def merge(target: Incident, source: Incident) -> None:
        await merging.merge(night.house, target.id, [source.id], _ann(night), night.now)

    outcomes = await asyncio.gather(
        *(merge(target, source) for target, source in pairs),
        *(merge(source, target) for target, source in pairs),
        *(_resolve(night, *found[number : number + 3]) for number in range(0, 12, 3)),
        tried_again(night.trigger)(*reversed(names), action="resolve"),
        return_exceptions=True,
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert {type(outcome) for outcome in refused} <= {Refused}
    open_ones = {incident.id for incident in await night.incidents() if incident.is_open}
    left = [key for key, status, incident in await _alerts(night) if status == "triggered"]
    assert (open_ones, left) == (set(), [])
