"""Change events: deploys and the like, read and corrected. They arrive by ``store.writes``."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.event import ChangeEvent
from tocsin.store.rows import Where
from tocsin.store.tables import change_events
from tocsin.store.writes import Arrived

_decode = msgspec.json.Decoder(ChangeEvent).decode
_c = change_events.c
_COLUMNS: Final = (
    _c.id,
    _c.service_id,
    _c.integration_id,
    _c.at,
    sa.cast(_c.body, sa.Text).label("body"),
)
_NEWEST_FIRST: Final = (_c.at.desc(), _c.id.desc())


def fitting(
    *,
    service_id: str | None = None,
    service_ids: Sequence[str] | None = None,
    integration_ids: Sequence[str] = (),
    since: datetime | None = None,
    until: datetime | None = None,
) -> Iterable[Where]:
    """Fit those of a service, or some, of integrations, of a time; what is left out fits."""
    if service_id:
        yield _c.service_id == service_id
    if service_ids is not None:
        yield _c.service_id.in_(service_ids)
    if integration_ids:
        yield _c.integration_id.in_(integration_ids)
    if since:
        yield _c.at >= since
    if until:
        yield _c.at < until


async def select(
    tx: AsyncConnection, where: Sequence[Where], *, limit: int, offset: int = 0
) -> list[Arrived]:
    """List those that fit, the newest first."""
    query = sa.select(*_COLUMNS).where(*where).order_by(*_NEWEST_FIRST)
    return [_from_row(row) for row in await tx.execute(query.limit(limit).offset(offset))]


async def count(tx: AsyncConnection, where: Sequence[Where]) -> int:
    """Count those that fit."""
    query = sa.select(sa.func.count()).select_from(change_events).where(*where)
    return int((await tx.execute(query)).scalar_one())


async def get(tx: AsyncConnection, id_: str, *, hold: bool = False) -> Arrived | None:
    """Find one; ``hold`` locks it."""
    query = sa.select(*_COLUMNS).where(_c.id == id_)
    row = (await tx.execute(query.with_for_update() if hold else query)).first()
    return None if row is None else _from_row(row)


async def update(tx: AsyncConnection, change: Arrived) -> None:
    """Store what is said about a change."""
    body = msgspec.to_builtins(change.event)
    query = sa.update(change_events).where(_c.id == change.id)
    await tx.execute(query.values(summary=change.event.summary, body=body))


def _from_row(row: Any) -> Arrived:
    return Arrived(
        id=row.id,
        service_id=row.service_id,
        integration_id=row.integration_id,
        at=row.at,
        event=_decode(row.body),
    )
