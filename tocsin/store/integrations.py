"""Integrations: the ways into services."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.service import Integration
from tocsin.store import tables
from tocsin.store.rows import Rows

INTEGRATIONS: Final = Rows(tables.integrations, Integration)


async def of_services(tx: AsyncConnection, service_ids: Iterable[str]) -> list[Integration]:
    """List the integrations of these services, in the order in which they were made."""
    columns = tables.integrations.c
    owned = columns.service_id.in_(sorted(set(service_ids)))
    return await INTEGRATIONS.select(tx, owned, order_by=(columns.created_at,))
