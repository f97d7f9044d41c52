"""Sentry: webhooks of its integration platform, and of the older plugin."""

from typing import Any, Final

from tocsin.domain.intake import vendor
from tocsin.domain.intake.event import Action, Event, Severity
from tocsin.domain.intake.event_making import links, make
from tocsin.domain.intake.severity_words import severity_of
from tocsin.inbound.gleaning import find, needed, part, read_object, text
from tocsin.inbound.reading import Request

VENDOR: Final = vendor.SENTRY.id

_ABOUT: Final = "sentry-hook-resource"
_METRIC: Final[dict[str, Severity]] = {"critical": "critical", "warning": "warning"}
_ISSUE: Final[dict[str, Action]] = {
    "created": "trigger",
    "unresolved": "trigger",
    "resolved": "resolve",
    "ignored": "resolve",
    "archived": "resolve",
}


def hear(request: Request) -> tuple[Event, ...]:
    """Return what became of a metric or of an issue; of all else there is nothing to tell."""
    said = read_object(request.body)
    match request.headers.get(_ABOUT) or _guess(said):
        case "metric_alert":
            return _of_metric(said)
        case "event_alert":
            return (_of_issue("trigger", part(said, "data.event"), _rule(said), said),)
        case "issue" if action := _ISSUE.get(text(said, "action")):
            return (_of_issue(action, part(said, "data.issue"), "", said),)
        case "plugin":
            return (_of_issue("trigger", said | part(said, "event"), "", said),)
    return ()


def _guess(said: dict[str, Any]) -> str:
    known = ("metric_alert", "event", "issue")
    found = next((name for name in known if part(said, f"data.{name}")), "plugin")
    return {"event": "event_alert"}.get(found, found)


def _of_metric(said: dict[str, Any]) -> tuple[Event, ...]:
    action = needed(said, "action").lower()
    alert = part(said, "data.metric_alert")
    name = text(alert, "alert_rule.name", "title")
    url = text(said, "data.web_url")
    event = make(
        "resolve" if action == "resolved" else "trigger",
        f"metric/{needed(said, 'data.metric_alert.identifier', 'data.metric_alert.id')}",
        text(said, "data.description_title") or name or "Metric alert",
        severity=None if action == "resolved" else _METRIC.get(action, "error"),
        source=name or "Sentry",
        event_class="metric_alert",
        client="Sentry",
        client_url=url,
        links=links((url, "Alert in Sentry")),
        custom_details={"text": text(said, "data.description_text"), "metric_alert": alert},
    )
    return (event,)


def _of_issue(action: Action, issue: dict[str, Any], rule: str, said: dict[str, Any]) -> Event:
    url = text(issue, "web_url", "permalink", "url")
    return make(
        action,
        f"issue/{needed(issue, 'issue_id', 'id')}",
        text(issue, "title", "metadata.title", "message", "culprit") or rule or "Issue",
        severity=severity_of(text(issue, "level"), "error") if action == "trigger" else None,
        source=text(issue, "culprit", "transaction", "project_name", "project.name") or "Sentry",
        component=text(issue, "project_slug", "project.slug", "project"),
        event_class="issue",
        client="Sentry",
        client_url=url,
        links=links((url, "Issue in Sentry")),
        custom_details={"rule": rule, "tags": find(issue, "tags"), "action": text(said, "action")},
    )


def _rule(said: dict[str, Any]) -> str:
    return text(said, "data.triggered_rule", "data.issue_alert.title")
