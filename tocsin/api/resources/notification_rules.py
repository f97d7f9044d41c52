"""Notification rules: after how many minutes to use which contact method."""

from collections.abc import Collection
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.incoming import Ref
from tocsin.api.resources.contact_methods import contact_method_ref, contact_method_shape
from tocsin.api.rest import Call, Resource
from tocsin.api.shapes import Links
from tocsin.domain.people.user import ContactMethod, NotificationRule, Urgency
from tocsin.kit.instants import write_instant
from tocsin.usecases.people import notification_rules
from tocsin.usecases.people.notification_rules import Known, Wish

NOTIFICATION_RULES = Resource(
    "/users/{id}/notification_rules", scope="users:contact_methods", item="notification_rule_id"
)
TYPE: Final = "assignment_notification_rule"


class _Rule(msgspec.Struct, frozen=True, kw_only=True):
    start_delay_in_minutes: int | UnsetType = UNSET
    contact_method: Ref | UnsetType = UNSET
    urgency: Urgency | UnsetType = UNSET


@NOTIFICATION_RULES.lists("getUserNotificationRules")
async def list_notification_rules(call: Call, id: str) -> dict[str, Any]:
    """List a user's rules: those for high urgency unless others are asked for."""
    urgency = call.query.one_of("urgency", "high", "low", "all") or "high"
    wanted = None if urgency == "all" else msgspec.convert(urgency, Urgency)
    found = await notification_rules.find(call.house, id, wanted)
    return {"notification_rules": [_shape(call, known) for known in found]}


@NOTIFICATION_RULES.creates("createUserNotificationRule")
async def create_notification_rule(call: Call, id: str) -> dict[str, Any]:
    """Give a user one more rule."""
    known = await notification_rules.create(call.house, id, _wish(call), call.now)
    return {"notification_rule": _shape(call, known)}


@NOTIFICATION_RULES.gets("getUserNotificationRule")
async def get_notification_rule(call: Call, id: str, notification_rule_id: str) -> dict[str, Any]:
    """Show one rule of a user."""
    known = await notification_rules.get(call.house, id, notification_rule_id)
    return {"notification_rule": _shape(call, known)}


@NOTIFICATION_RULES.updates("updateUserNotificationRule")
async def update_notification_rule(
    call: Call, id: str, notification_rule_id: str
) -> dict[str, Any]:
    """Change one rule of a user."""
    known = await notification_rules.change(call.house, id, notification_rule_id, _wish(call))
    return {"notification_rule": _shape(call, known)}


@NOTIFICATION_RULES.deletes("deleteUserNotificationRule")
async def delete_notification_rule(call: Call, id: str, notification_rule_id: str) -> None:
    """Take away one rule of a user."""
    await notification_rules.remove(call.house, id, notification_rule_id)


def notification_rule_shape(
    links: Links, rule: NotificationRule, method: ContactMethod, includes: Collection[str] = ()
) -> dict[str, Any]:
    """Return a notification rule as it looks on the wire."""
    shape = contact_method_shape if "contact_methods" in includes else contact_method_ref
    within = f"/users/{rule.user_id}"
    return links.head("notification_rule", rule.id, method.label, as_type=TYPE, within=within) | {
        "start_delay_in_minutes": rule.delay_minutes,
        "contact_method": shape(links, method),
        "urgency": rule.urgency,
        "created_at": write_instant(rule.created_at),
    }


def notification_rule_ref(
    links: Links, rule: NotificationRule, method: ContactMethod
) -> dict[str, Any]:
    """Return a reference to a notification rule."""
    within = f"/users/{rule.user_id}"
    return links.ref("notification_rule", rule.id, method.label, as_type=TYPE, within=within)


def _shape(call: Call, known: Known) -> dict[str, Any]:
    includes = call.query.includes("contact_methods")
    return notification_rule_shape(call.links, known.rule, known.method, includes)


def _wish(call: Call) -> Wish:
    body = call.body(_Rule, "notification_rule")
    return Wish(
        contact_method_id=body.contact_method.id if body.contact_method else UNSET,
        urgency=body.urgency,
        delay_minutes=body.start_delay_in_minutes,
    )
