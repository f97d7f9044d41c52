"""The form of an alert rule, new or not: conditions from a starter or of one's own, tried out."""

from collections.abc import Sequence
from typing import Final, get_args

from msgspec.structs import replace
from starlette.responses import Response

from tocsin.domain.intake.event import Severity
from tocsin.domain.monitoring.alert_rule import AlertRule
from tocsin.domain.monitoring.environment import Environment
from tocsin.domain.monitoring.monitor import KINDS as KIND_NAMES
from tocsin.domain.monitoring.monitor import MonitorKind
from tocsin.kit.text import is_digits
from tocsin.usecases.errors import Complaint
from tocsin.usecases.monitoring import (
    alert_rules,
    environments,
    monitors,
    notification_channels,
    notification_schemes,
    rule_previews,
)
from tocsin.usecases.monitoring.monitors import Watched
from tocsin.usecases.monitoring.rule_previews import Preview
from tocsin.web.monitoring.alert_rules import PATH
from tocsin.web.monitoring.channel_kinds import KINDS
from tocsin.web.monitoring.environments import PATH as ENVIRONMENTS
from tocsin.web.monitoring.rule_draft import (
    Draft,
    begin_with,
    conditions_of,
    draft_of,
    measured_by,
    offered_for,
    read_draft,
    rule_of,
    wish_of,
)
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

NEW: Final = f"{ENVIRONMENTS}/{{id}}/rules/new"
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
NAMELESS: Final = "Preview"  # which needs no name
ROUNDS: Final = tuple((str(number), str(number)) for number in range(1, 11))


async def ask_for_new(visit: Visit) -> Response:
    """Show a form that is empty but for a monitor that the address may name."""
    environment = await environments.get(visit.house, visit.parameter("id"))
    monitor = visit.query.get("monitor", "")
    return await _show(visit, environment, Draft(monitor_ids=(monitor,) if monitor else ()))


async def redraw_new(visit: Visit) -> Response:
    """Show it again with a starter, or with what the rule would have found."""
    environment = await environments.get(visit.house, visit.parameter("id"))
    return await _press(visit, environment)


async def create(visit: Visit) -> Response:
    """Make a rule."""
    environment = await environments.get(visit.house, visit.parameter("id"))
    draft = read_draft(visit.form)
    try:
        rule = await alert_rules.create(visit.house, environment.id, wish_of(draft), visit.now)
    except Complaint as complaint:
        return await _show(visit, environment, draft, complaint=complaint)
    return done(visit, f"{PATH}/{rule.id}", "The alert rule was added.")


async def ask_for_change(visit: Visit) -> Response:
    """Show a rule as a form."""
    rule, environment = await _rule(visit)
    return await _show(visit, environment, draft_of(rule), rule)


async def redraw(visit: Visit) -> Response:
    """Show it again after one of its buttons; the rule stays as it is."""
    rule, environment = await _rule(visit)
    return await _press(visit, environment, rule)


async def change(visit: Visit) -> Response:
    """Let a rule be what was filled in; whom it tells stays."""
    rule, environment = await _rule(visit)
    draft = read_draft(visit.form)
    try:
        await alert_rules.change(visit.house, rule.id, conditions_of(draft), visit.now)
    except Complaint as complaint:
        return await _show(visit, environment, draft, rule, complaint=complaint)
    return done(visit, f"{PATH}/{rule.id}", "The alert rule was changed.")


async def _press(visit: Visit, environment: Environment, rule: AlertRule | None = None) -> Response:
    draft, button = read_draft(visit.form), visit.form.get("do", "")
    kind, _, number = button.removeprefix("begin-").partition("-")
    if kind in KIND_NAMES and is_digits(number, 2):
        draft = begin_with(draft, kind, int(number))
    blank = AlertRule(id="", environment_id=environment.id, name="", created_at=visit.now)
    named = replace(draft, name=draft.name.strip() or NAMELESS)
    try:
        previews = await rule_previews.preview(visit.house, rule_of(named, blank), visit.now)
    except Complaint as complaint:
        return await _show(visit, environment, draft, rule, complaint=complaint)
    return await _show(visit, environment, draft, rule, previews=previews)


async def _show(
    visit: Visit,
    environment: Environment,
    draft: Draft,
    rule: AlertRule | None = None,
    *,
    complaint: Complaint | None = None,
    previews: Sequence[Preview] | None = None,
) -> Response:
    watched = await monitors.find(visit.house, environment.id)
    channels = [] if rule else await notification_channels.find(visit.house, environment.id)
    schemes = [] if rule else await notification_schemes.find(visit.house, environment.id)
    kinds = _kinds(watched, draft)
    within = f"{ENVIRONMENTS}/{environment.id}/rules"
    return show(
        visit,
        "rule_form.html",
        complaint=complaint,
        environment=environment,
        rule=rule,
        draft=draft,
        previews=previews,
        monitors=[(one.monitor.id, one.monitor.name) for one in watched],
        offered=offered_for(kinds),
        measured=measured_by(kinds),
        severities=[(one, one.capitalize()) for one in SEVERITIES],
        rounds=ROUNDS,
        has_agents=any(len(one.monitor.agent_ids) > 1 for one in watched),
        channels=[(one.id, f"{one.name} ({KINDS[one.kind].name})") for one in channels],
        schemes=[(one.id, one.name) for one in schemes],
        path=f"{PATH}/{rule.id}" if rule else within,
        redraw_path=f"{PATH}/{rule.id}/edit" if rule else f"{within}/new",
        home=f"{PATH}/{rule.id}" if rule else within,
    )


def _kinds(watched: Sequence[Watched], draft: Draft) -> list[MonitorKind]:
    """Return which kinds of monitors a rule speaks of; where there are none, all that there are."""
    found = {
        one.monitor.kind: None
        for one in watched
        if not draft.monitor_ids or one.monitor.id in draft.monitor_ids
    }
    return list(found) or list(KIND_NAMES)


async def _rule(visit: Visit) -> tuple[AlertRule, Environment]:
    rule = await alert_rules.get(visit.house, visit.parameter("id"))
    return rule, await environments.get(visit.house, rule.environment_id)


PAGES: Final = (
    Page("GET", NEW, ask_for_new, "manage"),
    Page("POST", NEW, redraw_new, "manage"),
    Page("POST", f"{ENVIRONMENTS}/{{id}}/rules", create, "manage"),
    Page("GET", f"{PATH}/{{id}}/edit", ask_for_change, "manage"),
    Page("POST", f"{PATH}/{{id}}/edit", redraw, "manage"),
    Page("POST", f"{PATH}/{{id}}", change, "manage"),
)
