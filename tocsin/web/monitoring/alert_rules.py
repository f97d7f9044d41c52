"""Alert rules: those of an environment, one with what it found, and whom it tells."""

from typing import Final

from starlette.responses import Response

from tocsin.domain.monitoring.alert_rule import AlertRule
from tocsin.usecases.errors import Complaint
from tocsin.usecases.monitoring import (
    alert_rules,
    environments,
    monitors,
    notification_channels,
    notification_schemes,
    violations,
)
from tocsin.usecases.monitoring.alert_rules import Wish
from tocsin.usecases.parts import Part
from tocsin.web.monitoring.channel_kinds import KINDS
from tocsin.web.monitoring.environments import PATH as ENVIRONMENTS
from tocsin.web.monitoring.environments import framed
from tocsin.web.notices import Undo, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

PATH: Final = "/alert_rules"
MOST_VIOLATIONS: Final = 10


async def list_rules(visit: Visit) -> Response:
    """Show the rules of an environment, and what they find now."""
    frame = await framed(visit)
    environment = frame["environment"]
    part = Part(limit=1000)
    active, _ = await violations.find(
        visit.house, part, environment_id=environment.id, state="active"
    )
    channels = await notification_channels.find(visit.house, environment.id)
    return show(
        visit,
        "rules.html",
        rules=await alert_rules.find(visit.house, environment.id),
        active=[violation.rule_id for violation in active],
        channel_names={one.id: one.name for one in channels},
        **frame,
    )


async def show_rule(visit: Visit) -> Response:
    """Show when a rule speaks up, where it does now, and what it cannot tell."""
    rule = await alert_rules.get(visit.house, visit.parameter("id"))
    found, _ = await violations.find(visit.house, Part(limit=MOST_VIOLATIONS), rule_id=rule.id)
    watched = await monitors.find(visit.house, rule.environment_id)
    names = {one.monitor.id: one.monitor.name for one in watched}
    return show(
        visit,
        "rule.html",
        rule=rule,
        environment=await environments.get(visit.house, rule.environment_id),
        violations=found,
        names=names,
        untold=await alert_rules.untold(visit.house, rule.id),
    )


async def show_notifications(visit: Visit) -> Response:
    """Show whom a rule tells, to be changed."""
    return await _notifications(visit, await alert_rules.get(visit.house, visit.parameter("id")))


async def change_notifications(visit: Visit) -> Response:
    """Let a rule tell these, and no others."""
    rule = await alert_rules.get(visit.house, visit.parameter("id"))
    wish = Wish(
        channel_ids=tuple(visit.form.getlist("channel_ids")),
        scheme_ids=tuple(visit.form.getlist("scheme_ids")),
        notify_on_clear=visit.form.get("notify_on_clear") == "yes",
    )
    try:
        await alert_rules.change(visit.house, rule.id, wish, visit.now)
    except Complaint as complaint:
        return await _notifications(visit, rule, complaint)
    return done(visit, f"{PATH}/{rule.id}/notifications", "The rule was changed.")


async def enable(visit: Visit) -> Response:
    """Let a rule judge again."""
    path = await _switch(visit, enabled=True)
    return done(visit, path, "The rule is enabled.", undo=Undo(f"{path}/disable"))


async def disable(visit: Visit) -> Response:
    """Let a rule judge nothing, for now."""
    path = await _switch(visit, enabled=False)
    told = "The rule is disabled: what it had found is cleared."
    return done(visit, path, told, undo=Undo(f"{path}/enable"))


async def remove(visit: Visit) -> Response:
    """Take a rule away."""
    rule = await alert_rules.get(visit.house, visit.parameter("id"))
    await alert_rules.remove(visit.house, rule.id, visit.now)
    told = "The alert rule was deleted."
    return done(visit, f"{ENVIRONMENTS}/{rule.environment_id}/rules", told)


async def _notifications(
    visit: Visit, rule: AlertRule, complaint: Complaint | None = None
) -> Response:
    environment = await environments.get(visit.house, rule.environment_id)
    channels = await notification_channels.find(visit.house, environment.id)
    schemes = await notification_schemes.find(visit.house, environment.id)
    return show(
        visit,
        "rule_notifications.html",
        complaint=complaint,
        rule=rule,
        environment=environment,
        pagerduty=[one for one in channels if one.kind == "pagerduty"],
        others=[
            (one.id, f"{one.name} ({KINDS[one.kind].name})")
            for one in channels
            if one.kind != "pagerduty"
        ],
        schemes=[(one.id, one.name) for one in schemes],
    )


async def _switch(visit: Visit, *, enabled: bool) -> str:
    rule_id = visit.parameter("id")
    await alert_rules.change(visit.house, rule_id, Wish(enabled=enabled), visit.now)
    return f"{PATH}/{rule_id}"


PAGES: Final = (
    Page("GET", f"{ENVIRONMENTS}/{{id}}/rules", list_rules, "read"),
    Page("GET", f"{PATH}/{{id}}", show_rule, "read"),
    Page("GET", f"{PATH}/{{id}}/notifications", show_notifications, "read"),
    Page("POST", f"{PATH}/{{id}}/notifications", change_notifications, "manage"),
    Page("POST", f"{PATH}/{{id}}/enable", enable, "manage"),
    Page("POST", f"{PATH}/{{id}}/disable", disable, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", remove, "manage"),
)
