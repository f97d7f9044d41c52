"""The own side: a channel may tell this very server, which needs nobody's leave to look."""

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.intake.service import Integration
from tocsin.domain.monitoring.channel_config import PagerDuty
from tocsin.kit.sealing import digest
from tocsin.store import tables
from tocsin.store.intake.integrations import INTEGRATIONS
from tocsin.store.monitoring.notification_channels import CHANNELS
from tocsin.store.response import alerts
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import notification_channels

_ALERTS = tables.alerts.c


class OwnSide(msgspec.Struct, frozen=True):
    """What the integration key of a channel opens here."""

    house: House
    key: str

    async def incident(self, dedup_key: str) -> str | None:
        """Return the id of the newest incident of an alert, None if there is none."""
        async with self.house.database.read() as tx:
            integration = await self._integration(tx)
            if integration is None:
                return None
            where = (
                _ALERTS.service_id == integration.service_id,
                _ALERTS.dedup_key == dedup_key,
                _ALERTS.incident_id.is_not(None),
            )
            found = await alerts.select(tx, where=where, order_by=(_ALERTS.id.desc(),), limit=1)
        return found[0].incident_id if found else None

    async def knows_key(self) -> bool:
        """Say whether the key leads anywhere."""
        async with self.house.database.read() as tx:
            return await self._integration(tx) is not None

    async def _integration(self, tx: AsyncConnection) -> Integration | None:
        found = await INTEGRATIONS.select(tx, INTEGRATIONS.c.key_hash == digest(self.key))
        return found[0] if found else None


async def own_side_of(house: House, channel_id: str) -> OwnSide | None:
    """Return what a channel tells, if that is this server."""
    async with house.database.read() as tx:
        channel = await CHANNELS.get(tx, channel_id)
    config = notification_channels.config_of(house, channel) if channel else None
    if not isinstance(config, PagerDuty) or config.base_url != house.settings.public_url:
        return None
    return OwnSide(house, config.integration_key)
