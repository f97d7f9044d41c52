"""Services as clients write them: read into wishes, and shown again in the same words."""

from datetime import time
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.incoming import Ref
from tocsin.domain.intake.service import (
    ScheduledAction,
    Service,
    SupportHours,
    UrgencyRule,
    UrgencySetting,
)
from tocsin.usecases.errors import Invalid
from tocsin.usecases.intake.services import Status, Wish


class _UrgencyType(msgspec.Struct, frozen=True, kw_only=True):
    urgency: UrgencySetting


class _UrgencyRule(msgspec.Struct, frozen=True, kw_only=True):
    type: Literal["constant", "use_support_hours"] = "constant"
    urgency: UrgencySetting | None = None
    during_support_hours: _UrgencyType | None = None
    outside_support_hours: _UrgencyType | None = None


class _SupportHours(msgspec.Struct, frozen=True, kw_only=True):
    time_zone: str
    days_of_week: tuple[int, ...]
    start_time: str
    end_time: str


class _At(msgspec.Struct, frozen=True, kw_only=True):
    name: Literal["support_hours_start", "support_hours_end"]


class _Action(msgspec.Struct, frozen=True, kw_only=True):
    at: _At
    to_urgency: Literal["high", "low"]


class _AutoPause(msgspec.Struct, frozen=True, kw_only=True):
    enabled: bool = False
    timeout: int | None = None


class ServiceBody(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said of a service. What is only shown is ignored when it comes back."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    escalation_policy: Ref | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    acknowledgement_timeout: int | UnsetType | None = UNSET
    auto_resolve_timeout: int | UnsetType | None = UNSET
    incident_urgency_rule: _UrgencyRule | UnsetType = UNSET
    support_hours: _SupportHours | UnsetType | None = UNSET
    # The Terraform provider sends a list with a null in it.
    scheduled_actions: tuple[_Action | None, ...] | UnsetType = UNSET
    alert_grouping_parameters: dict[str, Any] | UnsetType | None = UNSET
    alert_grouping: Literal["time", "intelligent", "rules"] | UnsetType = UNSET
    alert_grouping_timeout: int = 0
    auto_pause_notifications_parameters: _AutoPause | UnsetType | None = UNSET


def wish_of(body: ServiceBody) -> Wish:
    """Return what a body wants. Raises Invalid."""
    policy, rule, hours = body.escalation_policy, body.incident_urgency_rule, body.support_hours
    actions, pause = body.scheduled_actions, body.auto_pause_notifications_parameters
    return Wish(
        name=body.name,
        description=body.description,
        escalation_policy_id=policy.id if policy else UNSET,
        disabled=body.status == "disabled" if body.status else UNSET,
        acknowledgement_timeout=body.acknowledgement_timeout,
        auto_resolve_timeout=body.auto_resolve_timeout,
        urgency_rule=_rule(rule) if rule else UNSET,
        support_hours=_hours(hours) if isinstance(hours, _SupportHours) else hours,
        scheduled_actions=UNSET if isinstance(actions, UnsetType) else _actions(actions),
        alert_grouping=_grouping(body),
        auto_pause=msgspec.structs.asdict(pause) if isinstance(pause, _AutoPause) else pause,
    )


def urgency_shape(service: Service) -> dict[str, Any]:
    """Return what the wire says of a service's urgency: rule, support hours and actions."""
    rule, hours = service.urgency_rule, service.support_hours
    return {
        "incident_urgency_rule": {"type": rule.kind, "urgency": rule.urgency}
        if rule.kind == "constant"
        else {
            "type": rule.kind,
            "during_support_hours": {"type": "constant", "urgency": rule.during},
            "outside_support_hours": {"type": "constant", "urgency": rule.outside},
        },
        "support_hours": hours
        and {
            "type": "fixed_time_per_day",
            "time_zone": hours.time_zone,
            "days_of_week": hours.days_of_week,
            "start_time": hours.start_time.isoformat("seconds"),
            "end_time": hours.end_time.isoformat("seconds"),
        },
        "scheduled_actions": [
            {
                "type": "urgency_change",
                "at": {"type": "named_time", "name": action.at},
                "to_urgency": action.to_urgency,
            }
            for action in service.scheduled_actions
        ],
    }


def grouping_shape(service: Service) -> dict[str, Any]:
    """Return what the wire says of how alerts are grouped, in the present and the old words."""
    parameters = service.alert_grouping
    kind, config = (parameters["type"], parameters["config"]) if parameters else (None, {})
    return {
        "alert_creation": "create_alerts_and_incidents",
        "alert_grouping_parameters": parameters,
        "alert_grouping": "rules" if kind == "content_based" else kind,
        "alert_grouping_timeout": config.get("timeout"),
    }


def _rule(body: _UrgencyRule) -> UrgencyRule:
    if body.type == "constant":
        return UrgencyRule(urgency=body.urgency or "high")
    if body.urgency is not None:
        raise Invalid("Urgency cannot be set for a rule of type use_support_hours.")
    during, outside = body.during_support_hours, body.outside_support_hours
    return UrgencyRule(
        kind=body.type,
        during=during.urgency if during else None,
        outside=outside.urgency if outside else None,
    )


def _hours(body: _SupportHours) -> SupportHours:
    return SupportHours(
        time_zone=body.time_zone,
        days_of_week=body.days_of_week,
        start_time=_time("Start time", body.start_time),
        end_time=_time("End time", body.end_time),
    )


def _time(name: str, text: str) -> time:
    """Read a time of day; a date before it is ignored."""
    try:
        return time.fromisoformat(text.rpartition("T")[2]).replace(microsecond=0, tzinfo=None)
    except ValueError:
        raise Invalid(f"{name} of support hours must be a time of day such as 09:00:00.") from None


def _actions(body: tuple[_Action | None, ...]) -> tuple[ScheduledAction, ...]:
    return tuple(
        ScheduledAction(at=action.at.name, to_urgency=action.to_urgency)
        for action in body
        if action is not None
    )


def _grouping(body: ServiceBody) -> dict[str, Any] | UnsetType | None:
    """Return how alerts shall be grouped; the old words count where the new ones are silent."""
    parameters = body.alert_grouping_parameters
    if isinstance(parameters, dict):
        is_off = not parameters.get("type") and parameters.keys() <= {"type", "config"}
        return None if is_off else parameters | {"config": parameters.get("config") or {}}
    if body.alert_grouping == "time":
        return {"type": "time", "config": {"timeout": body.alert_grouping_timeout}}
    if body.alert_grouping == "intelligent":
        return {"type": "intelligent", "config": {}}
    return parameters
