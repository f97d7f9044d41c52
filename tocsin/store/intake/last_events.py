"""When integrations were last heard. Writing is ``store.writes``."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.tables import integrations, last_events

_c = last_events.c


async def of_integrations(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, datetime]:
    """Say when each of these was last heard, if it ever was."""
    query = sa.select(_c.integration_id, _c.at).where(_c.integration_id.in_(sorted(set(ids))))
    return {row.integration_id: row.at for row in await tx.execute(query)}


async def of_services(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, datetime]:
    """Say when any integration of each of these services was last heard."""
    query = (
        sa.select(integrations.c.service_id, sa.func.max(_c.at).label("at"))
        .join(last_events, _c.integration_id == integrations.c.id)
        .where(integrations.c.service_id.in_(sorted(set(ids))))
        .group_by(integrations.c.service_id)
    )
    return {row.service_id: row.at for row in await tx.execute(query)}


async def forget_orphans(tx: AsyncConnection) -> None:
    """Forget the integrations that there are no longer."""
    known = sa.exists().where(integrations.c.id == _c.integration_id)
    await tx.execute(sa.delete(last_events).where(~known))
