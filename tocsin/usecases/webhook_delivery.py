"""Webhooks on their way: composed from what was planned, and judged by what came of them."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.delivery import Dispatch, WebhookSubscription, after
from tocsin.domain.links import Links
from tocsin.domain.notification_channel import Outcome
from tocsin.domain.webhook import PING, Occurrence, WebhookRequest, sign
from tocsin.domain.webhook_payload import Surroundings, ids_in, write
from tocsin.kit.ids import new_id
from tocsin.store import deliveries, incidents, teams
from tocsin.store.driver import driver
from tocsin.store.names import names
from tocsin.store.webhook_subscriptions import SUBSCRIPTIONS, set_drops
from tocsin.store.writes import AlarmRow, Writes, flush
from tocsin.usecases import webhook_secrets
from tocsin.usecases.house import House

USER_AGENT: Final = "PagerDuty-Webhook/V3.0"  # receivers tell the versions apart by it
MOST_DROPS: Final = 3
DISABLED_FOR: Final = timedelta(hours=24)


class Unsent(Outcome, frozen=True, kw_only=True):
    """Nothing was sent, which says nothing about the receiver."""


GONE: Final = Unsent(ok=False, detail="The subscription was deleted.")
OFF: Final = Unsent(ok=False, detail="The subscription is switched off.")
DISABLED: Final = Unsent(ok=False, detail="The subscription is disabled.")
TOO_LONG: Final = Unsent(ok=False, detail="It is longer than 256 KB.")


async def compose(house: House, dispatch: Dispatch, now: datetime) -> WebhookRequest | Outcome:
    """Write the webhook, and keep what it says for further attempts."""
    async with house.database.begin() as tx:
        subscription = await SUBSCRIPTIONS.get(tx, dispatch.destination_id)
        if subscription is None:
            return GONE
        if refusal := _refusal(subscription, dispatch, now):
            return refusal
        body = dispatch.body or await _write(tx, house, dispatch)
    return _request(house, subscription, dispatch, body, now) if body else TOO_LONG


async def record(house: House, dispatch: Dispatch, outcome: Outcome, now: datetime) -> None:
    """Write down what came of it; whoever refuses three in a row hears nothing for a day."""
    told = after(dispatch, outcome, now)
    async with house.database.begin() as tx:
        subscription = None
        if told.status != "waiting" and told.kind != PING and not isinstance(outcome, Unsent):
            subscription = await SUBSCRIPTIONS.get(tx, told.destination_id)
        if subscription and (subscription.drops or not outcome.ok):
            # Always before its threads: whoever gives up what waits holds them all.
            subscription = await SUBSCRIPTIONS.get(tx, told.destination_id, hold=True)
        await deliveries.settle(tx, told)
        if subscription:
            await _count(tx, subscription, told, now)


def _refusal(
    subscription: WebhookSubscription, dispatch: Dispatch, now: datetime
) -> Outcome | None:
    if dispatch.kind == PING:
        return None
    if not subscription.active:
        return OFF
    until = subscription.disabled_until
    return DISABLED if until and now < until else None


async def _write(tx: AsyncConnection, house: House, dispatch: Dispatch) -> str | None:
    told = msgspec.convert(dispatch.subject, Occurrence)
    around = Surroundings(
        links=Links(house.settings.public_url), names=await names(tx, ids_in(told))
    )
    if told.incident:
        answering = await teams.of_services(tx, [told.incident.service_id])
        found = answering.get(told.incident.service_id, ())
        around = replace(around, teams=[(team.id, team.name) for team in found])
        # A new incident gets its number only when it is stored.
        number = told.incident.number or await incidents.number_of(tx, told.incident.id)
        told = replace(told, incident=replace(told.incident, number=number))
    body = write(told, around)
    if body:
        await deliveries.keep_body(tx, dispatch.id, body)
    return body


def _request(
    house: House, subscription: WebhookSubscription, dispatch: Dispatch, body: str, now: datetime
) -> WebhookRequest:
    secrets = webhook_secrets.signing(house.sealer, subscription, now)
    own = webhook_secrets.headers_of(house.sealer, subscription)
    headers = (
        ("Content-Type", "application/json"),
        ("User-Agent", USER_AGENT),
        ("X-PagerDuty-Signature", sign(body.encode(), secrets)),
        ("X-Webhook-Id", dispatch.id),
        ("X-Webhook-Subscription", subscription.id),
        *own,
    )
    hidden = (*secrets, *(value for _, value in own))
    return WebhookRequest(url=subscription.url, headers=headers, body=body, secrets=hidden)


async def _count(
    tx: AsyncConnection, subscription: WebhookSubscription, told: Dispatch, now: datetime
) -> None:
    if told.status == "delivered":
        if subscription.drops:
            await set_drops(tx, subscription.id, 0)
    elif subscription.drops + 1 < MOST_DROPS:
        await set_drops(tx, subscription.id, subscription.drops + 1)
    elif not subscription.disabled_until or subscription.disabled_until <= now:
        until = now + DISABLED_FOR
        await SUBSCRIPTIONS.update(tx, replace(subscription, drops=0, disabled_until=until))
        await deliveries.drop_waiting(tx, subscription.id, DISABLED.detail, now)
        await flush(await driver(tx), Writes(alarms=[_alarm(subscription, told, now)]))


def _alarm(subscription: WebhookSubscription, told: Dispatch, now: datetime) -> AlarmRow:
    return AlarmRow(
        id=new_id("Q"),
        at=now,
        incident_id=None,
        sentence=f"Webhook subscription {subscription.id} ({subscription.url}) is disabled for"
        f" 24 hours: its receiver refused {MOST_DROPS} webhooks in a row, the last with:"
        f" {told.detail}",
    )
