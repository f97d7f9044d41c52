"""Waiting: pages that no provider has room for have turns, and are looked after until then."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from msgspec import Struct, to_builtins
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.failover import WIDEN_AFTER, trail_of
from tocsin.domain.reaching.limit import ALARM_AFTER, looks_again_at, reason_of, turn_at
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.response.log_entry import LogEntry
from tocsin.domain.work import Work
from tocsin.kit.ids import new_id
from tocsin.store import work as work_store
from tocsin.store.alarms import ALARMS
from tocsin.store.driver import driver
from tocsin.store.reaching import limits
from tocsin.store.reaching.limits import Held
from tocsin.store.writes import AlarmRow, Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.reaching.failover import by_another_way
from tocsin.usecases.reaching.limits import Line, limits_of, line_of
from tocsin.usecases.reaching.paging import Bundle
from tocsin.usecases.reaching.timeline import entry_of

TELL_AGAIN: Final = timedelta(hours=1)
TOO_LONG: Final = "Pages by {} wait for more than five minutes: {}"

log = structlog.get_logger(__name__)


class Full(Struct, frozen=True):
    """A message that nobody has room for, and when that was found."""

    bundle: Bundle
    now: datetime


async def hold(house: House, full: Sequence[Full]) -> list[None]:
    """Let messages of one kind wait for their turns. Whoever waits too long is told another way."""
    works, now = [one.bundle.works[0] for one in full], full[-1].now
    carriers = {one.id: one for each in full for one in each.bundle.choice.full}
    most = limits_of(carriers.values())
    writes = Writes()
    held: list[Held] = []
    async with house.database.begin() as tx:
        line = await line_of(tx, works, now)
        opens = await limits.opens(tx, most, now)
        in_turn = sorted(full, key=lambda one: line.place_of(one.bundle.works[0]))
        for number, one in enumerate(in_turn):
            rank = line.ahead_of(one.bundle.works[0]) + number
            turn = turn_at(opens, rank, sum(most.values()), now)
            held += _held(one.bundle, line, turn, now)
            _tell(one.bundle, now, writes)
        await limits.hold(tx, held)
        await work_store.finish(tx, [work.id for one in full for work in one.bundle.stale])
        if any(_since(work) <= now - ALARM_AFTER for work in works):
            writes.alarms = await _alarms(tx, house, works[0].lane, carriers.values(), now)
        await flush(await driver(tx), writes)
    for alarm in writes.alarms:
        log.warning("pages.wait", sentence=alarm.sentence)
    return [None] * len(full)


def _held(bundle: Bundle, line: Line, turn: datetime, now: datetime) -> Iterator[Held]:
    """Let works wait together; what joins an address that waits already has its turn."""
    known = line.turn_of(bundle.works[0]) or turn
    until = looks_again_at(min(turn, known), map(_patient_until, bundle.works), now)
    for work in bundle.works:
        trail = replace(trail_of(work.payload), is_widened=True)
        yield Held(
            id=work.id,
            until=until,
            payload=to_builtins(trail) if _widens(work, now) else None,
        )


def _tell(bundle: Bundle, now: datetime, writes: Writes) -> None:
    """Tell the timeline what waits, once, and what is tried beside it."""
    for work in {work.incident_id: work for work in bundle.works}.values():
        instead = by_another_way(bundle, work, now) if _widens(work, now) else None
        if instead is not None:
            writes.work.append(instead)
        if instead is not None or work.held_until is None:
            writes.log.append(_log_entry(bundle, work, "way" if instead else "", now))


def _log_entry(bundle: Bundle, work: Work, then: str, now: datetime) -> LogEntry:
    told = {"type": bundle.kind, "address": bundle.shown, "status": "waiting"}
    reason = bundle.refusal.detail
    return entry_of(told, work.incident_id, now, user=work.user_id, reason=reason, then=then)


async def _alarms(
    tx: AsyncConnection, house: House, kind: str, full: Collection[Provider], now: datetime
) -> list[AlarmRow]:
    """Tell administrators once an hour that limits are too low for what happens."""
    await limits.take_turns(tx, [one.id for one in full])  # or each node would tell them
    sentence = TOO_LONG.format(house.kinds[kind].label, reason_of(full))
    lately = (ALARMS.c.sentence == sentence, ALARMS.c.at > now - TELL_AGAIN)
    if await ALARMS.count(tx, *lately):
        return []
    return [AlarmRow(id=new_id("Q"), at=now, incident_id=None, sentence=sentence)]


def _widens(work: Work, now: datetime) -> bool:
    """Say whether another way is to be tried now beside this one."""
    return not trail_of(work.payload).is_widened and now >= _patient_until(work)


def _patient_until(work: Work) -> datetime:
    return _since(work) + WIDEN_AFTER


def _since(work: Work) -> datetime:
    return trail_of(work.payload).since or work.planned_for or work.due
