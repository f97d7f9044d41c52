"""Violations: what alert rules found, who was told, and what people do about it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from starlette.responses import Response

from tocsin.domain.monitoring.alert_rule import Because, ViolationState
from tocsin.usecases.errors import NotFound
from tocsin.usecases.monitoring import alert_rules, environments, monitors, told, violations
from tocsin.web.lists import address_of_part, cut, page_asked, part_of
from tocsin.web.monitoring.monitors import agent_names
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

PATH: Final = "/violations"
MOST_TOLD: Final = 100
ALL: Final = "all"
STATES: Final[Mapping[str, tuple[str, ViolationState | None]]] = {
    "": ("Active", "active"),
    "tracking": ("Tracking", "tracking"),
    "cleared": ("Cleared", "cleared"),
    ALL: ("All", None),
}
WHY: Final[Mapping[Because, str]] = {
    "recovered": "the rule holds again",
    "rule changed": "the rule was changed",
    "rule deleted": "the rule was deleted",
    "rule disabled": "the rule was disabled",
    "monitor deleted": "the monitor was deleted",
    "monitor paused": "the monitor was paused",
    "monitor changed": "the monitor was changed",
    "closed elsewhere": "it was closed on the other side of a channel",
    "closed by hand": "it was closed by hand",
}


class Asked(NamedTuple):
    """What the list is narrowed to; empty is anything, of states the active one."""

    state: str
    environment: str
    monitor: str
    rule: str

    def address(self, page: int = 1, *, state: str | None = None) -> str:
        """Return where a part of this list is, or of the one with another state."""
        return address_of_part(
            PATH,
            page,
            state=self.state if state is None else state,
            environment=self.environment,
            monitor=self.monitor,
            rule=self.rule,
        )


async def list_violations(visit: Visit) -> Response:
    """Show violations, the newest first; those that are active unless others are asked for."""
    asked, page = _asked(visit), page_asked(visit)
    read, _ = await violations.find(
        visit.house,
        part_of(page),
        environment_id=asked.environment or None,
        monitor_id=asked.monitor or None,
        rule_id=asked.rule or None,
        state=STATES[asked.state][1],
    )
    found, has_more = cut(read)
    return show(
        visit,
        "violations.html",
        asked=asked,
        found=found,
        ways=[
            (asked.address(state=state), text, state == asked.state, None)
            for state, (text, _) in STATES.items()
        ],
        environments=[(one.id, one.name) for one in await environments.find(visit.house)],
        monitor_name=next((one.monitor_name for one in found), "This monitor"),
        rule_name=next((one.rule_name for one in found), "This rule"),
        page=page,
        has_more=has_more,
        address=asked.address,
    )


async def show_violation(visit: Visit) -> Response:
    """Show what was found, what happened since, and who was told."""
    violation = await violations.get(visit.house, visit.parameter("id"))
    return show(
        visit,
        "violation.html",
        violation=violation,
        because=WHY.get(violation.cleared_because or "recovered"),
        told=await told.of_violation(visit.house, violation.id, MOST_TOLD),
        agent_names=await agent_names(visit),
        monitor_is_there=await _is_monitor(visit, violation.monitor_id),
        rule_is_there=await _is_rule(visit, violation.rule_id),
    )


async def acknowledge(visit: Visit) -> Response:
    """Take a violation: whoever was told hears that somebody has it."""
    violation_id, by = visit.parameter("id"), visit.user.name
    await violations.acknowledge(visit.house, violation_id, by=by, now=visit.now)
    return done(visit, f"{PATH}/{violation_id}", "The violation is acknowledged.")


async def close(visit: Visit) -> Response:
    """End a violation by hand."""
    violation_id, by = visit.parameter("id"), visit.user.name
    await violations.close(
        visit.house, violation_id, by=by, because="closed by hand", now=visit.now
    )
    return done(visit, f"{PATH}/{violation_id}", "The violation is closed.")


def _asked(visit: Visit) -> Asked:
    state = visit.query.get("state", "")
    return Asked(
        state=state if state in STATES else "",
        environment=visit.query.get("environment", ""),
        monitor=visit.query.get("monitor", ""),
        rule=visit.query.get("rule", ""),
    )


async def _is_monitor(visit: Visit, monitor_id: str) -> bool:
    try:
        return bool(await monitors.get(visit.house, monitor_id))
    except NotFound:
        return False


async def _is_rule(visit: Visit, rule_id: str) -> bool:
    try:
        return bool(await alert_rules.get(visit.house, rule_id))
    except NotFound:
        return False


PAGES: Final = (
    Page("GET", PATH, list_violations, "read"),
    Page("GET", f"{PATH}/{{id}}", show_violation, "read"),
    Page("POST", f"{PATH}/{{id}}/acknowledge", acknowledge, "respond"),
    Page("POST", f"{PATH}/{{id}}/close", close, "respond"),
)
