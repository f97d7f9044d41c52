"""Call lines, the calls that came in on them, and the messages that were left."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.call_line import Call, CallLine
from tocsin.store.reaching.reach_tables import call_lines, calls
from tocsin.store.rows import Rows

LINES: Final = Rows(call_lines, CallLine)
CALLS: Final = Rows(calls, Call)
BY_NAME: Final = (sa.func.lower(call_lines.c.name),)
NEWEST_FIRST: Final = (calls.c.at.desc(), calls.c.id.desc())


async def line_of(tx: AsyncConnection, provider_id: str, number: str) -> CallLine | None:
    """Return the line that has a number."""
    c = call_lines.c
    found = await LINES.select(tx, c.provider_id == provider_id, c.number == number)
    return found[0] if found else None


async def hold_call(tx: AsyncConnection, provider_id: str, reference: str) -> Call | None:
    """Lock the call that a provider knows by this name."""
    query = (
        sa.select(calls.c.id)
        .join(call_lines, call_lines.c.id == calls.c.line_id)
        .where(call_lines.c.provider_id == provider_id, calls.c.provider_ref == reference)
    )
    id_ = await tx.scalar(query)
    return await CALLS.get(tx, id_, hold=True) if id_ else None


async def keep_sound(tx: AsyncConnection, call_id: str, sound: bytes) -> None:
    """Keep the message that was left in a call."""
    await tx.execute(sa.update(calls).where(calls.c.id == call_id).values(sound=sound))


async def sound_of(tx: AsyncConnection, line_id: str, call_id: str) -> bytes | None:
    """Return the message that was left in a call of a line."""
    where = (calls.c.id == call_id, calls.c.line_id == line_id)
    sound: bytes | None = await tx.scalar(sa.select(calls.c.sound).where(*where))
    return sound
