"""Awake checks: whoever acknowledges at night is asked a little later whether they are up."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.user import User
from tocsin.domain.reaching.message import Purpose
from tocsin.domain.reaching.paging import next_method
from tocsin.domain.reaching.quiet import NIGHT, quiet_until
from tocsin.domain.response.command import Unacknowledge
from tocsin.domain.response.incident import Incident
from tocsin.domain.work import TIMER, Work
from tocsin.store import work as work_store
from tocsin.store.directory import Person
from tocsin.store.driver import driver
from tocsin.store.reaching import messages
from tocsin.store.response import incidents
from tocsin.store.writes import Writes, flush
from tocsin.usecases.desk import Desk
from tocsin.usecases.house import House
from tocsin.usecases.reaching import notices

PATIENCE: Final = timedelta(minutes=3)  # for the answer
ASKED: Final = Purpose(kind="awake", deeds=("confirm",))

log = structlog.get_logger(__name__)


async def ring(house: House, works: Sequence[Work], now: datetime) -> None:
    """Ask who has acknowledged whether they are awake; page again for whom nobody answers."""
    for work in works:
        await (_ask(house, work, now) if work.kind == "awake" else _doubt(house, work, now))


async def _ask(house: House, work: Work, now: datetime) -> None:
    async with house.database.begin() as tx:
        await work_store.finish(tx, [work.id])
        found = await incidents.get_many(tx, [work.incident_id or ""])
        person = await _person(tx, house, work)
        if not (person and any(_is_held(one, work) for one in found.values())):
            return
        acknowledged_at = now - timedelta(minutes=person.user.awake_check_minutes or 0)
        method = next_method(person.rules, person.methods, ())
        if method is None or not _is_night(house, person.user, acknowledged_at):
            return
        await notices.plan(
            tx, house, method, ASKED, now, incident_ids=[work.incident_id or ""], good_for=PATIENCE
        )
        await flush(await driver(tx), Writes(work=[*_later(work, now)]))


async def _doubt(house: House, work: Work, now: datetime) -> None:
    """Let the incident go on as if nobody had acknowledged it, unless somebody said they are up."""
    async with house.database.begin() as tx:
        await work_store.finish(tx, [work.id])
        held = await incidents.lock(tx, [work.incident_id or ""])
        since = (work.planned_for or work.due) - PATIENCE
        is_up = await messages.has_confirmed(tx, work.user_id or "", work.incident_id or "", since)
        incident = held.get(work.incident_id or "")
        if incident is None or is_up or not _is_held(incident, work):
            return
        desk = await Desk.at(tx, house.directory, now)
        await desk.prepare(incidents=[incident])
        command = Unacknowledge(
            roster=desk.roster(incident.policy),
            generation=work.generation,
            channel={"type": "timeout", "asked": work.user_id},
        )
        desk.act(incident, command)
        await desk.write()
    log.warning("awake.unanswered", incident=work.incident_id, user=work.user_id)


def _is_held(incident: Incident, work: Work) -> bool:
    """Say whether nothing has changed since the acknowledgement."""
    return incident.status == "acknowledged" and incident.generation == work.generation


def _is_night(house: House, user: User, at: datetime) -> bool:
    return quiet_until(NIGHT, at, user.time_zone or house.account.time_zone) is not None


async def _person(tx: AsyncConnection, house: House, work: Work) -> Person | None:
    connection = await driver(tx)
    view = await house.directory.now(connection)
    await view.know_people(connection, [work.user_id or ""])
    return view.person(work.user_id or "")


def _later(work: Work, now: datetime) -> Iterator[Work]:
    yield Work(
        lane=TIMER,
        kind="asleep",
        due=now + PATIENCE,
        incident_id=work.incident_id,
        generation=work.generation,
        user_id=work.user_id,
    )
