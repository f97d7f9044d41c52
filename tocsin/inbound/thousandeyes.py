"""ThousandEyes: classic webhooks of tests, agents and devices, and the preset for custom ones."""

from typing import Any, Final

from tocsin.domain.intake.event import Action, Event, Severity
from tocsin.domain.intake.event_making import links, make
from tocsin.inbound.gleaning import find, part, parts, read_object, text
from tocsin.inbound.reading import Request, Unreadable

VENDOR: Final = "PTHOUSE"

_TEST: Final = "WEBHOOK_TEST"
_TEST_KEY: Final = "test-"  # as the keys of our own test events begin
_ACTIONS: Final[dict[str, Action]] = {
    "1": "resolve",
    "2": "trigger",
    "clear": "resolve",
    "cleared": "resolve",
    "trigger": "trigger",
    "triggered": "trigger",
}
_SEVERITIES: Final[dict[str, Severity]] = {
    "info": "info",
    "minor": "warning",
    "major": "error",
    "critical": "critical",
}


def hear(request: Request) -> tuple[Event, ...]:
    """Return what happened to an alert; the test button begins an alert of its own."""
    said = read_object(request.body)
    kind = text(said, "eventType")
    if kind == _TEST:
        return (_trial(said),)
    word = kind.rpartition("_")[2] if kind else text(said, "type", "type.id")
    action = _ACTIONS.get(word.lower())
    if action is None:
        raise Unreadable(f"{'eventType' if kind else 'type'!r} is not known: {kind or word!r}")
    alert = part(said, "alert") or part(said, "agentAlert") or part(said, "deviceAlert")
    return (_event(action, alert, _targets(alert), said),)


def _trial(said: dict[str, Any]) -> Event:
    return make(
        "trigger",
        f"{_TEST_KEY}{text(said, 'eventId') or 'thousandeyes'}",
        "Test event, sent by ThousandEyes",
        severity="info",
        source="ThousandEyes",
        custom_details=said,
    )


def _event(action: Action, alert: dict[str, Any], targets: list[str], said: Any) -> Event:
    rule = text(alert, "ruleName", "rule.name") or "Alert"
    where = text(alert, "testName", "test.name", "agentName", "deviceName", "hostname")
    where = where or next(iter(targets), "")
    severity = text(alert, "severity", "severity.id").lower()
    kind = text(alert, "type", "rule.alertType.id")
    return make(
        action,
        _key(alert),
        f"{rule}: {where}" if where else rule,
        severity=_SEVERITIES.get(severity, "error") if action == "trigger" else None,
        source=next(iter(targets), "") or where or "ThousandEyes",
        component=where,
        group=text(alert, "testName", "test.name"),
        event_class=kind,
        timestamp=text(alert, "dateStartZoned", "dateStart", "triggered"),
        client="ThousandEyes",
        client_url=text(alert, "permalink"),
        links=links(
            (text(alert, "permalink"), "Alert in ThousandEyes"),
            *((text(agent, "permalink"), _name(agent)) for agent in parts(alert, "agents")),
            *((text(link, "href"), text(link, "rel")) for link in parts(alert, "apiLinks")),
        ),
        custom_details=said,
    )


def _key(alert: dict[str, Any]) -> str:
    """Return what trigger and clear have in common; agents had no alert id before 2021."""
    if key := text(alert, "alertId", "id"):
        return key
    agent = [text(alert, "agentRuleId"), text(alert, "agentId")]
    if not all(agent):
        raise Unreadable("'alert.alertId' is missing or blank")
    return f"agent/{'/'.join(agent)}"


def _targets(alert: dict[str, Any]) -> list[str]:
    found = find(alert, "testTargetsDescription") or find(alert, "targets")
    listed = found if isinstance(found, list) else []
    texts = (text({"it": one}, "it", "it.description") for one in listed)
    return [target for target in (*texts, text(alert, "ipAddress")) if target]


def _name(agent: dict[str, Any]) -> str:
    return f"Agent {text(agent, 'agentName')}".strip()
