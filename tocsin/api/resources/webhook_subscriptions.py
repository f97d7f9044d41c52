"""Webhook subscriptions: who hears by HTTP of what happens."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.rest import Answer, Call, Resource
from tocsin.domain.response.log_entry import Agent
from tocsin.usecases.errors import Invalid
from tocsin.usecases.machines import webhooks
from tocsin.usecases.machines.webhooks import FilterType, Known, Wish

WEBHOOK_SUBSCRIPTIONS = Resource("/webhook_subscriptions", scope="webhook_subscriptions")

REDACTED: Final = "<redacted>"
_FILTER_OF_WORD: Final[Mapping[str, FilterType]] = {
    "account": "account_reference",
    "service": "service_reference",
    "team": "team_reference",
}
_WORD_OF_FILTER: Final = {type_: word for word, type_ in _FILTER_OF_WORD.items()}


class _Header(msgspec.Struct, frozen=True):
    name: str
    value: str = ""


class _Method(msgspec.Struct, frozen=True, kw_only=True):
    type: str = "http_delivery_method"
    url: str | UnsetType = UNSET
    custom_headers: list[_Header] = []


class _Filter(msgspec.Struct, frozen=True, kw_only=True):
    type: FilterType
    id: str | None = None


class _Body(msgspec.Struct, frozen=True, kw_only=True):
    description: str | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    events: list[str] | UnsetType = UNSET
    filter: _Filter | UnsetType = UNSET
    delivery_method: _Method | UnsetType = UNSET


@WEBHOOK_SUBSCRIPTIONS.lists("listWebhookSubscriptions")
async def list_webhook_subscriptions(call: Call) -> dict[str, Any]:
    """List subscriptions, the oldest first, perhaps only those with a filter."""
    page = call.query.page()
    word = call.query.one_of("filter_type", *_FILTER_OF_WORD)
    found, total = await webhooks.find(
        call.house,
        page.part,
        filter_type=_FILTER_OF_WORD[word] if word else None,
        filter_id=call.query.text("filter_id"),
    )
    return page.wrap(
        "webhook_subscriptions", found, lambda known: subscription_shape(call, known), total=total
    )


@WEBHOOK_SUBSCRIPTIONS.op("createWebhookSubscription", "POST", "", status=200)
async def create_webhook_subscription(call: Call) -> dict[str, Any]:
    """Subscribe; only this answer tells the secret."""
    body = call.body(_Body, "webhook_subscription")
    method = body.delivery_method
    if method is UNSET or method.url is UNSET:
        raise Invalid("Delivery method must have a URL.")
    if method.type != "http_delivery_method":
        raise Invalid("Delivery method must be an http_delivery_method.")
    headers = tuple((header.name, header.value) for header in method.custom_headers)
    known, secret = await webhooks.create(
        call.house, method.url, _wish(body), call.now, headers=headers
    )
    return _whole(call, known, secret)


@WEBHOOK_SUBSCRIPTIONS.gets("getWebhookSubscription")
async def get_webhook_subscription(call: Call, id: str) -> dict[str, Any]:
    """Show a subscription."""
    return _whole(call, await webhooks.get(call.house, id))


@WEBHOOK_SUBSCRIPTIONS.updates("updateWebhookSubscription")
async def update_webhook_subscription(call: Call, id: str) -> dict[str, Any]:
    """Change what a subscription hears of; where it is told stays as it is."""
    wish = _wish(call.body(_Body, "webhook_subscription"))
    return _whole(call, await webhooks.change(call.house, id, wish))


@WEBHOOK_SUBSCRIPTIONS.deletes("deleteWebhookSubscription")
async def delete_webhook_subscription(call: Call, id: str) -> None:
    """Take a subscription away."""
    await webhooks.remove(call.house, id)


@WEBHOOK_SUBSCRIPTIONS.op("enableWebhookSubscription", "POST", "/{id}/enable", status=200)
async def enable_webhook_subscription(call: Call, id: str) -> dict[str, Any]:
    """Let a subscription hear again that was disabled for a while."""
    return _whole(call, await webhooks.enable(call.house, id))


@WEBHOOK_SUBSCRIPTIONS.op("testWebhookSubscription", "POST", "/{id}/ping", status=202)
async def ping_webhook_subscription(call: Call, id: str) -> Answer:
    """Send a greeting."""
    user = call.requester
    by = Agent("user", user.id, user.name) if user else None
    await webhooks.ping(call.house, id, by, call.now)
    return Answer(status=202)


def subscription_shape(call: Call, known: Known, secret: str | None = None) -> dict[str, Any]:
    """Return a subscription as it looks on the wire."""
    subscription = known.subscription
    headers = [{"name": name, "value": REDACTED} for name in known.header_names]
    return call.links.head("webhook_subscription", subscription.id, subscription.description) | {
        "active": subscription.active,
        "description": subscription.description,
        "events": list(subscription.events),
        "filter": _filter_shape(call, known),
        "delivery_method": {
            "id": subscription.id,
            "type": "http_delivery_method",
            "url": subscription.url,
            "custom_headers": headers,
            "secret": secret,
            "temporarily_disabled": known.is_disabled(call.now),
        },
    }


def _whole(call: Call, known: Known, secret: str | None = None) -> dict[str, Any]:
    return {"webhook_subscription": subscription_shape(call, known, secret)}


def _filter_shape(call: Call, known: Known) -> dict[str, Any]:
    subscription = known.subscription
    if subscription.filter_id is None:
        return {"type": subscription.filter_type}
    kind = _WORD_OF_FILTER[subscription.filter_type]
    return call.links.ref(kind, subscription.filter_id, known.filter_name)


def _wish(body: _Body) -> Wish:
    wanted = body.filter
    return Wish(
        description=body.description,
        active=body.active,
        events=UNSET if body.events is UNSET else tuple(body.events),
        filter_type=UNSET if wanted is UNSET else wanted.type,
        filter_id=UNSET if wanted is UNSET else wanted.id,
    )
