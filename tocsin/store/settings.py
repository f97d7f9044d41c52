"""What the installation remembers about itself."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.tables import settings


async def remembered(tx: AsyncConnection, name: str, value: Any) -> Any:
    """Return what is remembered under ``name``; remember ``value`` if nothing is."""
    await tx.execute(insert(settings).values(name=name, value=value).on_conflict_do_nothing())
    return (await tx.execute(sa.select(settings.c.value).where(settings.c.name == name))).scalar()
