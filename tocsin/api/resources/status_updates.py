"""Status updates of an incident, and who has subscribed to them."""

from typing import Any

import msgspec

from tocsin.api.rest import Call, Resource
from tocsin.domain.response.status_update import StatusUpdate, Subscriber, SubscriberType
from tocsin.kit.instants import write_instant
from tocsin.usecases.errors import Invalid
from tocsin.usecases.response import status_updates
from tocsin.usecases.response.incidents import by_hand
from tocsin.usecases.response.status_updates import Wish

STATUS_UPDATES = Resource("/incidents/{id}/status_updates", scope="incidents")
SUBSCRIBERS = Resource("/incidents/{id}/status_updates", scope="subscribers")


class _Update(msgspec.Struct, frozen=True, kw_only=True):
    message: str = ""
    subject: str | None = None
    html_message: str | None = None


class _Subscriber(msgspec.Struct, frozen=True):
    subscriber_id: str
    subscriber_type: SubscriberType


class _Subscribers(msgspec.Struct, frozen=True):
    subscribers: tuple[_Subscriber, ...] = ()


@STATUS_UPDATES.op("createIncidentStatusUpdate", "POST", "", needs_from=True)
async def create_update(call: Call, id: str) -> dict[str, Any]:
    """Publish an update: subscribers are told."""
    body = call.body(_Update)
    wish = Wish(message=body.message, subject=body.subject, html_message=body.html_message)
    update = await status_updates.publish(call.house, id, wish, by_hand(call.person), call.now)
    return {"status_update": _shape(call, update)}


@SUBSCRIBERS.op("getIncidentNotificationSubscribers", "GET", "/subscribers")
async def list_subscribers(call: Call, id: str) -> dict[str, Any]:
    """List who has subscribed."""
    page = call.query.page()
    found = await status_updates.subscribers(call.house, id)
    return page.wrap(
        "subscribers",
        found[page.offset :],
        lambda one: _named(one) | {"has_indirect_subscription": False, "subscribed_via": None},
        total=len(found),
    )


@SUBSCRIBERS.op("createIncidentNotificationSubscribers", "POST", "/subscribers")
async def add_subscribers(call: Call, id: str) -> dict[str, Any]:
    """Let people and teams subscribe, and say of each what came of it."""
    results = await status_updates.subscribe(call.house, id, _wanted(call))
    about = {"subscribable_id": id, "subscribable_type": "incident"}
    told = [_named(one) | about | {"result": result} for one, result in results.items()]
    return {"subscriptions": told}


@SUBSCRIBERS.op("removeIncidentNotificationSubscribers", "POST", "/unsubscribe")
async def remove_subscribers(call: Call, id: str) -> dict[str, Any]:
    """Let people and teams subscribe no longer, and count what came of it."""
    removal = await status_updates.unsubscribe(call.house, id, _wanted(call))
    return {
        "deleted_count": removal.deleted,
        "unauthorized_count": 0,
        "non_existent_count": removal.absent,
    }


def _wanted(call: Call) -> tuple[Subscriber, ...]:
    sent = call.body(_Subscribers).subscribers
    if not sent:
        raise Invalid("Subscribers cannot be empty.")
    return tuple(Subscriber(one.subscriber_type, one.subscriber_id) for one in sent)


def _named(subscriber: Subscriber) -> dict[str, Any]:
    return {"subscriber_id": subscriber.id, "subscriber_type": subscriber.type}


def _shape(call: Call, update: StatusUpdate) -> dict[str, Any]:
    texts = {"subject": update.subject, "html_message": update.html_message}
    return {
        "id": update.id,
        "message": update.message,
        "sender": call.links.ref("user", call.person.id, call.person.name),
        "created_at": write_instant(update.created_at),
        **{name: text for name, text in texts.items() if text},
    }
