"""The courier of webhooks: from what was planned to the subscription's receiver."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Final

import httpx

from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.machines.webhook import WebhookRequest
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.engine.couriers import Courier
from tocsin.engine.together import Together
from tocsin.outlets import subscription
from tocsin.usecases.house import House
from tocsin.usecases.machines import webhook_delivery

PATIENCE: Final = 0.02  # seconds until answers are written down, with those that came meanwhile

ToCompose = tuple[House, Dispatch, datetime]
ToRecord = tuple[House, Dispatch, Outcome, datetime]


def webhook_courier(http: httpx.AsyncClient) -> Courier[WebhookRequest]:
    """Carry webhooks with this client; many are composed and recorded at a time."""
    composing = Together(_compose)
    recording = Together(_record, patience=PATIENCE)

    async def compose(house: House, dispatch: Dispatch, now: datetime) -> WebhookRequest | Outcome:
        return await composing.ask((house, dispatch, now))

    async def record(house: House, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
        await recording.ask((house, dispatch, outcome, now))

    return Courier(compose, partial(subscription.send, http), record)


async def _compose(asked: Sequence[ToCompose]) -> Sequence[WebhookRequest | Outcome]:
    house, _, now = asked[-1]
    return await webhook_delivery.compose(house, [dispatch for _, dispatch, _ in asked], now)


async def _record(asked: Sequence[ToRecord]) -> Sequence[None]:
    house, _, _, now = asked[-1]
    attempts = [(dispatch, outcome) for _, dispatch, outcome, _ in asked]
    return await webhook_delivery.record(house, attempts, now)
