"""Rules about notices: by what a user is told of hand-offs, and of status updates."""

from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.incoming import Ref
from tocsin.api.resources.contact_methods import contact_method_ref
from tocsin.api.rest import Call, Resource
from tocsin.domain.reaching.handoff import HandoffRule, HandoffType, StatusUpdateRule
from tocsin.kit.instants import write_instant
from tocsin.usecases.reaching.telling_rules import HANDOFFS, STATUS_UPDATES, Known, Wish

HANDOFF_RULES = Resource(
    "/users/{id}/oncall_handoff_notification_rules",
    scope="users",
    item="oncall_handoff_notification_rule_id",
)
STATUS_UPDATE_RULES = Resource(
    "/users/{id}/status_update_notification_rules",
    scope="users",
    item="status_update_notification_rule_id",
)
HANDOFF: Final = "oncall_handoff_notification_rule"
STATUS_UPDATE: Final = "status_update_notification_rule"


class _Rule(msgspec.Struct, frozen=True, kw_only=True):
    contact_method: Ref | UnsetType = UNSET
    handoff_type: HandoffType | UnsetType = UNSET
    notify_advance_in_minutes: int | UnsetType = UNSET


@HANDOFF_RULES.lists("getUserHandoffNotificationRules")
async def list_handoff_rules(call: Call, id: str) -> dict[str, Any]:
    """List a user's rules about hand-offs."""
    found = await HANDOFFS.find(call.house, id)
    return {"oncall_handoff_notification_rules": [_handoff(call, known) for known in found]}


@HANDOFF_RULES.creates("createUserHandoffNotificationRule")
async def create_handoff_rule(call: Call, id: str) -> dict[str, Any]:
    """Give a user one more rule about hand-offs."""
    wish = _wish(call, HANDOFF)
    return _whole_handoff(call, await HANDOFFS.create(call.house, id, wish, call.now))


@HANDOFF_RULES.gets("getUserHandoffNotifiactionRule")
async def get_handoff_rule(
    call: Call, id: str, oncall_handoff_notification_rule_id: str
) -> dict[str, Any]:
    """Show one rule about hand-offs."""
    rule_id = oncall_handoff_notification_rule_id
    return _whole_handoff(call, await HANDOFFS.get(call.house, id, rule_id))


@HANDOFF_RULES.updates("updateUserHandoffNotification")
async def update_handoff_rule(
    call: Call, id: str, oncall_handoff_notification_rule_id: str
) -> dict[str, Any]:
    """Change one rule about hand-offs."""
    wish, rule_id = _wish(call, HANDOFF), oncall_handoff_notification_rule_id
    return _whole_handoff(call, await HANDOFFS.change(call.house, id, rule_id, wish))


@HANDOFF_RULES.deletes("deleteUserHandoffNotificationRule")
async def delete_handoff_rule(
    call: Call, id: str, oncall_handoff_notification_rule_id: str
) -> None:
    """Take away one rule about hand-offs."""
    await HANDOFFS.remove(call.house, id, oncall_handoff_notification_rule_id)


@STATUS_UPDATE_RULES.lists("getUserStatusUpdateNotificationRules")
async def list_status_update_rules(call: Call, id: str) -> dict[str, Any]:
    """List by what a user is told of status updates."""
    found = await STATUS_UPDATES.find(call.house, id)
    return {"status_update_notification_rules": [_status_update(call, known) for known in found]}


@STATUS_UPDATE_RULES.creates("createUserStatusUpdateNotificationRule")
async def create_status_update_rule(call: Call, id: str) -> dict[str, Any]:
    """Let a user be told of status updates by one more contact method."""
    wish = _wish(call, STATUS_UPDATE)
    known = await STATUS_UPDATES.create(call.house, id, wish, call.now)
    return {STATUS_UPDATE: _status_update(call, known)}


@STATUS_UPDATE_RULES.gets("getUserStatusUpdateNotificationRule")
async def get_status_update_rule(
    call: Call, id: str, status_update_notification_rule_id: str
) -> dict[str, Any]:
    """Show by what a user is told of status updates."""
    rule_id = status_update_notification_rule_id
    known = await STATUS_UPDATES.get(call.house, id, rule_id)
    return {"notification_rule": _status_update(call, known)}


@STATUS_UPDATE_RULES.updates("updateUserStatusUpdateNotificationRule")
async def update_status_update_rule(
    call: Call, id: str, status_update_notification_rule_id: str
) -> dict[str, Any]:
    """Change by what a user is told of status updates."""
    wish, rule_id = _wish(call, STATUS_UPDATE), status_update_notification_rule_id
    known = await STATUS_UPDATES.change(call.house, id, rule_id, wish)
    return {"notification_rule": _status_update(call, known)}


@STATUS_UPDATE_RULES.deletes("deleteUserStatusUpdateNotificationRule")
async def delete_status_update_rule(
    call: Call, id: str, status_update_notification_rule_id: str
) -> None:
    """Tell a user no more of status updates by a contact method."""
    await STATUS_UPDATES.remove(call.house, id, status_update_notification_rule_id)


def _wish(call: Call, envelope: str) -> Wish:
    body = call.body(_Rule, envelope)
    return Wish(
        contact_method_id=body.contact_method.id if body.contact_method else UNSET,
        handoff_type=body.handoff_type,
        advance_minutes=body.notify_advance_in_minutes,
    )


def _whole_handoff(call: Call, known: Known[HandoffRule]) -> dict[str, Any]:
    return {HANDOFF: _handoff(call, known)}


def _handoff(call: Call, known: Known[HandoffRule]) -> dict[str, Any]:
    return {
        "id": known.rule.id,
        "handoff_type": known.rule.handoff_type,
        "notify_advance_in_minutes": known.rule.advance_minutes,
        "contact_method": contact_method_ref(call.links, known.method),
    }


def _status_update(call: Call, known: Known[StatusUpdateRule]) -> dict[str, Any]:
    head = call.links.head(
        STATUS_UPDATE, known.rule.id, known.method.label, within=f"/users/{known.rule.user_id}"
    )
    return head | {
        "contact_method": contact_method_ref(call.links, known.method),
        "created_at": write_instant(known.rule.created_at),
    }
