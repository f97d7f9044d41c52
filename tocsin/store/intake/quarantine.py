"""The quarantine: requests that fitted nowhere. Writing is ``store.writes``."""

from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.rows import Rows
from tocsin.store.tables import quarantine
from tocsin.store.writes import Stray


class Heading(msgspec.Struct, frozen=True, kw_only=True):
    """A stray without its body, as lists need it."""

    id: str
    at: datetime
    reason: str
    path: str
    sender: str
    key_hint: str
    body_bytes: int


class Kept(Stray, frozen=True, kw_only=True):
    """A stray as it was kept. ``body_bytes``: how long its body was before it was cut."""

    body_bytes: int


CALLBACKS: Final = "/callbacks/"  # what their paths begin with
IS_CALLBACK: Final = quarantine.c.path.startswith(CALLBACKS)
HINT: Final = 4  # how many characters of a key are kept
QUARANTINE: Final = Rows(quarantine, Kept)
HEADINGS: Final = Rows(quarantine, Heading)
NEWEST_FIRST: Final = (quarantine.c.at.desc(), quarantine.c.id.desc())


async def count_reasons(tx: AsyncConnection) -> tuple[dict[str, int], int]:
    """Count how many events are kept for each reason, and how many callbacks."""
    query = sa.select(quarantine.c.reason, sa.func.count()).where(~IS_CALLBACK)
    events = await tx.execute(query.group_by(quarantine.c.reason))
    callbacks = await tx.execute(sa.select(sa.func.count()).where(IS_CALLBACK))
    return {row[0]: row[1] for row in events}, callbacks.scalar_one()
