"""Integrations: the ways into services."""

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.integration_settings import IntegrationSettings
from tocsin.domain.intake.service import Integration
from tocsin.kit.sealing import Sealer
from tocsin.store import tables
from tocsin.store.rows import Rows

INTEGRATIONS: Final = Rows(tables.integrations, Integration)


async def of_services(tx: AsyncConnection, service_ids: Iterable[str]) -> list[Integration]:
    """List the integrations of these services, in the order in which they were made."""
    columns = tables.integrations.c
    owned = columns.service_id.in_(sorted(set(service_ids)))
    return await INTEGRATIONS.select(tx, owned, order_by=(columns.created_at,))


def read_settings(sealer: Sealer, sealed: bytes | None) -> IntegrationSettings:
    """Open sealed settings; there may be none."""
    if sealed is None:
        return IntegrationSettings()
    return msgspec.json.decode(sealer.open(sealed), type=IntegrationSettings)
