"""Deliveries: what is sent to machines, in order within a thread, until it arrives."""

from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args

import msgspec
from msgspec.structs import replace

from tocsin.domain.monitoring.notification_channel import Outcome

DeliveryLane = Literal["signal", "webhook", "write_back", "room", "recording"]
LANES: Final[tuple[DeliveryLane, ...]] = get_args(DeliveryLane)
DeliveryStatus = Literal["waiting", "delivered", "dropped", "expired"]

PATIENCE: Final = timedelta(hours=48)
FIRST_PAUSE: Final = timedelta(seconds=5)  # twice as long each time, up to the longest
LONGEST_PAUSE: Final = timedelta(minutes=30)
ENOUGH_DOUBLINGS: Final = 10


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


def after(dispatch: Dispatch, outcome: Outcome, now: datetime) -> Dispatch:
    """Return a dispatch as it stands once an attempt has come to this: over, or due again."""
    told = replace(dispatch, detail=outcome.detail, answer=outcome.answer)
    if outcome.ok:
        return replace(told, status="delivered", due=None, finished_at=now)
    if not outcome.retry:
        return replace(told, status="dropped", due=None, finished_at=now)
    due = now + max(_pause(dispatch.attempts), timedelta(seconds=outcome.wait_seconds))
    if due > dispatch.created_at + PATIENCE:
        return replace(told, status="expired", due=None, finished_at=now)
    return replace(told, due=due)


def _pause(attempts: int) -> timedelta:
    doubled: int = 2 ** min(attempts - 1, ENOUGH_DOUBLINGS)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)
