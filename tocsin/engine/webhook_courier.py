"""The courier of webhooks: from what was planned to the subscription's receiver."""

from functools import partial

import httpx

from tocsin.domain.webhook import WebhookRequest
from tocsin.engine.couriers import Courier
from tocsin.outlets import subscription
from tocsin.usecases import webhook_delivery


def webhook_courier(http: httpx.AsyncClient) -> Courier[WebhookRequest]:
    """Carry webhooks with this client."""
    send = partial(subscription.send, http)
    return Courier(webhook_delivery.compose, send, webhook_delivery.record)
