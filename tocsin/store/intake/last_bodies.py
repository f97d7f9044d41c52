"""The last bodies of integrations whose mapping people make, for a preview of it."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.tables import integrations, last_bodies

AT_MOST_EVERY: Final = timedelta(seconds=3)
MAX_KEPT: Final = 64 * 1024

_c = last_bodies.c


async def keep(tx: AsyncConnection, integration_id: str, body: bytes, now: datetime) -> None:
    """Keep a body in place of the one before, unless that came a moment ago."""
    kept = {"at": now, "body": body[:MAX_KEPT]}
    query = insert(last_bodies).values(integration_id=integration_id, **kept)
    is_old = _c.at < now - AT_MOST_EVERY
    await tx.execute(
        query.on_conflict_do_update(index_elements=[_c.integration_id], set_=kept, where=is_old)
    )


async def find(tx: AsyncConnection, integration_id: str) -> tuple[datetime, bytes] | None:
    """Return the last body and when it came, if one did."""
    query = sa.select(_c.at, _c.body).where(_c.integration_id == integration_id)
    row = (await tx.execute(query)).first()
    return None if row is None else (row.at, row.body)


async def forget_orphans(tx: AsyncConnection) -> None:
    """Forget the bodies of integrations that there are no longer."""
    known = sa.exists().where(integrations.c.id == _c.integration_id)
    await tx.execute(sa.delete(last_bodies).where(~known))
