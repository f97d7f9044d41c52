"""Deliveries: what is sent to machines, in order within a thread, until it arrives."""

from datetime import datetime
from typing import Any, Literal

import msgspec

DeliveryLane = Literal["signal", "webhook", "write_back"]
DeliveryStatus = Literal["waiting", "delivered", "dropped", "expired"]


class Dispatch(msgspec.Struct, frozen=True, kw_only=True):
    """Something to tell a destination: a signal to a notification channel, an event to a webhook.

    Within one ``thread_id`` of one ``destination_id`` nothing overtakes; ``subject`` is all that is
    needed to compose it later. ``kind`` is the signal's action or the event's type.
    ``sequence`` orders; ``due`` is None once it is over. ``body`` is what was first composed:
    every attempt sends the same.
    """

    id: str
    sequence: int = 0
    lane: DeliveryLane
    destination_id: str
    thread_id: str
    kind: str
    subject: dict[str, Any]
    body: str | None = None
    status: DeliveryStatus = "waiting"
    due: datetime | None
    attempts: int = 0
    detail: str = ""
    answer: str = ""
    created_at: datetime
    finished_at: datetime | None = None


class WebhookSubscription(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever hears by webhook v3. ``secrets`` sign, the newest first; more than one in rotation.

    ``drops`` counts refusals in a row; three disable it until ``disabled_until``.
    """

    id: str
    description: str = ""
    active: bool = True
    url: str
    events: tuple[str, ...]
    filter_type: Literal["account_reference", "service_reference", "team_reference"]
    filter_id: str | None = None
    headers_encrypted: bytes
    secrets_encrypted: bytes
    oauth_client_id: str | None = None
    drops: int = 0
    disabled_until: datetime | None = None
    created_at: datetime
