"""Alarms: what administrators must know. Writing is ``store.writes``."""

from typing import Final

from tocsin.store.rows import Rows
from tocsin.store.tables import alarms
from tocsin.store.writes import AlarmRow

ALARMS: Final = Rows(alarms, AlarmRow)
NEWEST_FIRST: Final = (alarms.c.at.desc(), alarms.c.id.desc())
