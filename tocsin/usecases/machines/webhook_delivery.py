"""Webhooks on their way: composed from what was planned, and judged by what came of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.links import Links
from tocsin.domain.machines.delivery import Dispatch, WebhookSubscription, after
from tocsin.domain.machines.webhook import PING, Occurrence, WebhookRequest, sign
from tocsin.domain.machines.webhook_payload import Surroundings, ids_in, write
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.kit.ids import new_id
from tocsin.store.driver import driver
from tocsin.store.machines import deliveries
from tocsin.store.machines.webhook_subscriptions import SUBSCRIPTIONS, set_drops
from tocsin.store.names import names
from tocsin.store.people import teams
from tocsin.store.response import incidents
from tocsin.store.writes import AlarmRow, Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.machines import webhook_secrets

USER_AGENT: Final = "PagerDuty-Webhook/V3.0"  # receivers tell the versions apart by it
MOST_DROPS: Final = 3
DISABLED_FOR: Final = timedelta(hours=24)


class Unsent(Outcome, frozen=True, kw_only=True):
    """Nothing was sent, which says nothing about the receiver."""


GONE: Final = Unsent(ok=False, detail="The subscription was deleted.")
OFF: Final = Unsent(ok=False, detail="The subscription is switched off.")
DISABLED: Final = Unsent(ok=False, detail="The subscription is disabled.")
TOO_LONG: Final = Unsent(ok=False, detail="It is longer than 256 KB.")


Attempt = tuple[Dispatch, Outcome]


async def compose(
    house: House, dispatches: Sequence[Dispatch], now: datetime
) -> list[WebhookRequest | Outcome]:
    """Write webhooks, and keep what they say for further attempts."""
    async with house.database.begin() as tx:
        found = await SUBSCRIPTIONS.get_many(tx, (one.destination_id for one in dispatches))
        refused = {one.id: _refusal(found.get(one.destination_id), one, now) for one in dispatches}
        wanted = [one for one in dispatches if not refused[one.id] and one.body is None]
        bodies = await _write(tx, house, wanted) if wanted else {}
    return [
        refused[one.id]
        or _request(house, found[one.destination_id], one, one.body or bodies.get(one.id), now)
        for one in dispatches
    ]


async def record(house: House, attempts: Sequence[Attempt], now: datetime) -> list[None]:
    """Write down what came of them; whoever refuses three in a row hears nothing for a day."""
    told = [after(dispatch, outcome, now) for dispatch, outcome in attempts]
    async with house.database.begin() as tx:
        ids = (dispatch.destination_id for dispatch in told)
        failing = {one.id for one in (await SUBSCRIPTIONS.get_many(tx, ids)).values() if one.drops}
        counted = [
            dispatch
            for dispatch, (_, outcome) in zip(told, attempts, strict=True)
            if _counts(dispatch, outcome) and (not outcome.ok or dispatch.destination_id in failing)
        ]
        if plain := [dispatch for dispatch in told if dispatch not in counted]:
            await deliveries.settle(tx, *plain)
    for dispatch in counted:
        async with house.database.begin() as tx:
            await _count(tx, dispatch, now)
    return [None] * len(attempts)


def _counts(told: Dispatch, outcome: Outcome) -> bool:
    """Say whether it tells something of the receiver."""
    return told.status != "waiting" and told.kind != PING and not isinstance(outcome, Unsent)


def _refusal(
    subscription: WebhookSubscription | None, dispatch: Dispatch, now: datetime
) -> Outcome | None:
    if subscription is None:
        return GONE
    if dispatch.kind == PING:
        return None
    if not subscription.active:
        return OFF
    until = subscription.disabled_until
    return DISABLED if until and now < until else None


async def _write(
    tx: AsyncConnection, house: House, dispatches: Sequence[Dispatch]
) -> dict[str, str]:
    """Return the bodies by the ids of their deliveries; what is too long has none."""
    told = {one.id: msgspec.convert(one.subject, Occurrence) for one in dispatches}
    incidents_then = [one.incident for one in told.values() if one.incident]
    around = Surroundings(
        links=Links(house.settings.public_url),
        names=await names(tx, {id_ for one in told.values() for id_ in ids_in(one)}),
        # New incidents get their numbers only when they are stored.
        numbers=await incidents.numbers(tx, (one.id for one in incidents_then)),
        teams=await teams.of_services(tx, (one.service_id for one in incidents_then)),
    )
    written = {id_: write(one, around) for id_, one in told.items()}
    bodies = {id_: body for id_, body in written.items() if body}
    await deliveries.keep_bodies(tx, bodies)
    return bodies


def _request(
    house: House,
    subscription: WebhookSubscription,
    dispatch: Dispatch,
    body: str | None,
    now: datetime,
) -> WebhookRequest | Outcome:
    if body is None:
        return TOO_LONG
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
    hidden = (*secrets, *webhook_secrets.hidden(own))
    return WebhookRequest(url=subscription.url, headers=headers, body=body, secrets=hidden)


async def _count(tx: AsyncConnection, told: Dispatch, now: datetime) -> None:
    """Settle, and count; the subscription is held first, as whoever disables it holds all else."""
    subscription = await SUBSCRIPTIONS.get(tx, told.destination_id, hold=True)
    await deliveries.settle(tx, told)
    if subscription is None:
        return
    if told.status == "delivered":
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
