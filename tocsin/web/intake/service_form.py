"""The form of a service: what was said in it becomes a wish, and a service becomes its draft."""

from collections.abc import Sequence
from datetime import time
from typing import Any, Final, get_args

from msgspec import UNSET
from starlette.responses import Response

from tocsin.domain.intake.service import (
    DEFAULT_ACKNOWLEDGEMENT_TIMEOUT,
    DEFAULT_AUTO_RESOLVE_TIMEOUT,
    ScheduledAction,
    Service,
    SupportHours,
    UrgencyRule,
    UrgencySetting,
)
from tocsin.kit.text import is_digits
from tocsin.usecases.errors import Complaint, Invalid
from tocsin.usecases.intake import service_directory, services
from tocsin.usecases.intake.services import Wish
from tocsin.usecases.response import choices
from tocsin.web.intake import grouping_form
from tocsin.web.intake.integrations import NO_TOOL, TOOLS, read_tool
from tocsin.web.intake.services import PATH
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Form, Visit
from tocsin.web.words import duration

BY_HOURS: Final = "support_hours"
SETTINGS: Final[tuple[UrgencySetting, ...]] = get_args(UrgencySetting)
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
ACKNOWLEDGED_FOR: Final = (
    *(n * MINUTE for n in (5, 10, 15, 30)),
    *(n * HOUR for n in (1, 2, 6, 24)),
)
RESOLVED_AFTER: Final = (*(n * HOUR for n in (1, 2, 4, 8, 12)), *(n * DAY for n in (1, 3, 7)))

NO_NUMBER: Final = "{} must be a number of seconds."
NO_TIMES: Final = "Support hours must have a start and an end, such as 09:00 and 17:30."
NO_RULE: Final = "Notification Urgency must be high, low, by severity or by support hours."

Draft = dict[str, Any]

NEW: Final[Draft] = {
    "urgency": "severity_based",  # what says no severity is high
    "acknowledgement_timeout": DEFAULT_ACKNOWLEDGEMENT_TIMEOUT,
    "auto_resolve_timeout": DEFAULT_AUTO_RESOLVE_TIMEOUT,
    "tool": TOOLS[0][0],
    "days": ("1", "2", "3", "4", "5"),
    "start": "09:00",
    "end": "17:00",
    "during": "high",
    "outside": "low",
} | grouping_form.NEW


async def ask_for_new(visit: Visit) -> Response:
    """Show an empty form."""
    return await _show(visit, NEW | {"escalation_policy": visit.query.get("policy", "")})


async def create(visit: Visit) -> Response:
    """Make a service, with its first integration unless that is to come later."""
    try:
        tool = read_tool(visit.form)
        service = await service_directory.add(visit.house, _wish(visit.form), tool, visit.now)
    except Complaint as complaint:
        return await _show(visit, _repeated(visit.form), complaint=complaint)
    told = "The service was added. Give its integration key to your monitoring tool."
    return done(
        visit, f"{PATH}/{service.id}/integrations", told if tool else "The service was added."
    )


async def ask_for_change(visit: Visit) -> Response:
    """Show a service as a form."""
    known = await services.get(visit.house, visit.parameter("id"), visit.now)
    return await _show(visit, _draft(known.service), service=known.service)


async def change(visit: Visit) -> Response:
    """Change a service."""
    service_id = visit.parameter("id")
    try:
        await services.change(visit.house, service_id, _wish(visit.form), visit.now)
    except Complaint as complaint:
        known = await services.get(visit.house, service_id, visit.now)
        return await _show(visit, _repeated(visit.form), complaint=complaint, service=known.service)
    return done(visit, f"{PATH}/{service_id}/settings", "The service was changed.")


async def _show(
    visit: Visit,
    draft: Draft,
    *,
    complaint: Complaint | None = None,
    service: Service | None = None,
) -> Response:
    return show(
        visit,
        "service_form.html",
        complaint=complaint,
        draft={"zone": visit.zone} | draft,
        service=service,
        policies=await choices.policies(visit.house),
        tools=(*TOOLS, NO_TOOL),
        acknowledged_for=_with(ACKNOWLEDGED_FOR, draft.get("acknowledgement_timeout")),
        lengths=grouping_form.lengths(draft),
        resolved_after=_with(RESOLVED_AFTER, draft.get("auto_resolve_timeout")),
    )


def _draft(service: Service) -> Draft:
    """Say what stands in the form of a service that there is."""
    rule, hours = service.urgency_rule, service.support_hours
    draft = (
        NEW
        | {
            "name": service.name,
            "description": service.description or "",
            "escalation_policy": service.escalation_policy_id,
            "urgency": rule.urgency if rule.kind == "constant" else BY_HOURS,
            "acknowledgement_timeout": service.acknowledgement_timeout or 0,
            "auto_resolve_timeout": service.auto_resolve_timeout or 0,
        }
        | grouping_form.draft_of(service.alert_grouping)
    )
    if rule.kind == "constant" or hours is None:
        return draft
    return draft | {
        "zone": hours.time_zone,
        "days": tuple(str(day) for day in hours.days_of_week),
        "start": f"{hours.start_time:%H:%M}",
        "end": f"{hours.end_time:%H:%M}",
        "during": rule.during,
        "outside": rule.outside,
        "action": next((action.at for action in service.scheduled_actions), ""),
    }


def _repeated(form: Form) -> Draft:
    """Keep what somebody wrote, for the form to show it again."""
    return NEW | dict(form) | {"days": tuple(form.getlist("days"))}


def _wish(form: Form) -> Wish:
    """Return what a form wants. Raises Invalid."""
    wants_hours = form.get("urgency") == BY_HOURS
    return Wish(
        name=form.get("name", ""),
        description=form.get("description", "").strip() or None,
        escalation_policy_id=form.get("escalation_policy", ""),
        acknowledgement_timeout=_seconds(
            form, "acknowledgement_timeout", "Acknowledgement timeout"
        ),
        auto_resolve_timeout=_seconds(form, "auto_resolve_timeout", "Auto resolve timeout"),
        urgency_rule=_rule_by_hours(form) if wants_hours else _rule(form),
        support_hours=_hours(form) if wants_hours else UNSET,
        scheduled_actions=_actions(form) if wants_hours else UNSET,
        alert_grouping=grouping_form.read_grouping(form),
    )


def _seconds(form: Form, name: str, label: str) -> int:
    text = form.get(name, "")
    if not is_digits(text):
        raise Invalid(NO_NUMBER.format(label))
    return int(text)


def _rule(form: Form) -> UrgencyRule:
    return UrgencyRule(urgency=_setting(form, "urgency"))


def _rule_by_hours(form: Form) -> UrgencyRule:
    return UrgencyRule(
        kind="use_support_hours",
        during=_setting(form, "during"),
        outside=_setting(form, "outside"),
    )


def _setting(form: Form, name: str) -> UrgencySetting:
    for setting in SETTINGS:
        if setting == form.get(name):
            return setting
    raise Invalid(NO_RULE)


def _hours(form: Form) -> SupportHours:
    try:
        start, end = (time.fromisoformat(form.get(name, "")) for name in ("start", "end"))
        days = tuple(int(day) for day in form.getlist("days"))
    except ValueError:
        raise Invalid(NO_TIMES) from None
    zone = form.get("zone", "").strip()
    return SupportHours(time_zone=zone, days_of_week=days, start_time=start, end_time=end)


def _actions(form: Form) -> tuple[ScheduledAction, ...]:
    match form.get("action", ""):
        case "support_hours_start" | "support_hours_end" as at:
            return (ScheduledAction(at=at, to_urgency="high"),)
    return ()


def _with(usual: Sequence[int], present: Any) -> list[tuple[int, str]]:
    """List lengths of time to choose from: off, the usual ones, and what is set already."""
    text = str(present or 0)
    chosen = int(text) if is_digits(text) else 0
    return [(n, duration(n) if n else "Off") for n in sorted({0, *usual, chosen})]


PAGES: Final = (
    Page("GET", f"{PATH}/new", ask_for_new, "manage"),
    Page("POST", PATH, create, "manage"),
    Page("GET", f"{PATH}/{{id}}/edit", ask_for_change, "manage"),
    Page("POST", f"{PATH}/{{id}}", change, "manage"),
)
