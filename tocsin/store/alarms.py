"""Alarms: what administrators must know. With other writes, ``store.writes`` writes them."""

from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.kit.ids import new_id
from tocsin.store.driver import driver
from tocsin.store.rows import Rows
from tocsin.store.tables import alarms
from tocsin.store.writes import AlarmRow, Writes, flush

ALARMS: Final = Rows(alarms, AlarmRow)
NEWEST_FIRST: Final = (alarms.c.at.desc(), alarms.c.id.desc())


async def ring(tx: AsyncConnection, sentence: str, now: datetime) -> None:
    """Tell administrators what no incident is about."""
    row = AlarmRow(id=new_id("Q"), at=now, incident_id=None, sentence=sentence)
    await flush(await driver(tx), Writes(alarms=[row]))
