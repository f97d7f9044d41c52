"""Notifications: each attempt to tell a person of an incident."""

from datetime import timedelta
from typing import Any, Final

from tocsin.api.includes import whole_users
from tocsin.api.ranges import bounds_asked
from tocsin.api.rest import Call, Resource
from tocsin.api.views import View
from tocsin.api.zones import asked_zone
from tocsin.usecases.errors import Invalid
from tocsin.usecases.reaching import notifications
from tocsin.usecases.reaching.notifications import Filter, Known

NOTIFICATIONS = Resource("/notifications", scope="users:notifications")

THREE_MONTHS: Final = timedelta(days=92)
PUSH: Final = "push_notification"
KINDS: Final = {
    "sms_notification": "sms",
    "email_notification": "email",
    "phone_notification": "phone",
    PUSH: PUSH,
}


@NOTIFICATIONS.lists("listNotifications")
async def list_notifications(call: Call) -> dict[str, Any]:
    """List the attempts of a time, the newest first."""
    page, asked = call.query.page(), _asked(call)
    found, total = await notifications.find(call.house, asked, page.part)
    view = View(links=call.links, zone=call.query.zone())
    if call.query.includes("users"):
        ids = {known.notification.user_id for known in found}
        view = View(
            links=view.links, zone=view.zone, wholes={"users": await whole_users(call, ids)}
        )
    return page.wrap("notifications", found, lambda known: _shape(view, known), total=total)


def _asked(call: Call) -> Filter:
    since, until = bounds_asked(call.query, asked_zone(call))
    if since is None or until is None:
        raise Invalid("Since and until cannot be empty.")
    if until - since > THREE_MONTHS:
        raise Invalid("Since and until cannot be more than three months apart.")
    kind = call.query.one_of("filter", *KINDS)
    return Filter(since=since, until=until, kind=KINDS[kind] if kind else None)


def _shape(view: View, known: Known) -> dict[str, Any]:
    one = known.notification
    return {
        "id": one.id,
        "type": one.kind if one.kind == PUSH else f"{one.kind}_notification",
        "started_at": view.time(one.at),
        "address": None if one.kind == PUSH else one.address,
        "status": one.status,
        "user": view.refer("users", "user", one.user_id, known.names),
    }
