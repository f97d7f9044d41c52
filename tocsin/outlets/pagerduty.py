"""PagerDuty, or whoever takes its events: one incident for each violation, by version 2 or 1."""

from typing import Any, Final

import msgspec

from tocsin.domain.monitoring.channel_config import V1_PATH, V2_PATH, PagerDuty
from tocsin.domain.monitoring.notification_channel import Outcome, Signal
from tocsin.kit.text import one_line
from tocsin.outlets.asking import Answer, Ask, ask, judged
from tocsin.outlets.tools import Tools

LONGEST_SUMMARY: Final = 1024
CLIENT: Final = "Tocsin monitors"
THROTTLED: Final = 403  # version 1 says so where version 2 says 429


async def tell(signal: Signal, config: PagerDuty, tools: Tools) -> Outcome:
    """Send an event. That it was taken does not prove that anybody knows the key."""
    path, event = (V1_PATH, event_v1) if config.dialect == "v1" else (V2_PATH, event_v2)
    what = Ask(
        url=f"{config.base_url}{path}",
        body=msgspec.json.encode(event(signal, config.integration_key)),
        secrets=(config.integration_key,),
    )
    return await ask(tools.http, what, _judge)


def event_v2(signal: Signal, key: str) -> dict[str, Any]:
    """Return an event of version 2; its severity makes the urgency where severities do."""
    event = {
        "routing_key": key,
        "event_action": signal.action,
        "dedup_key": signal.violation_id,
    }
    if signal.action != "trigger":
        return event
    payload = {
        "summary": one_line(signal.summary, LONGEST_SUMMARY),
        "severity": signal.severity,
        "source": signal.subject,
        "timestamp": signal.at,
        "component": signal.monitor,
        "group": signal.environment,
        "class": signal.rule,
        "custom_details": details(signal),
    }
    return event | {
        "payload": payload,
        "links": [{"href": signal.link, "text": link_text(signal)}],
        "client": CLIENT,
        "client_url": signal.link,
    }


def event_v1(signal: Signal, key: str) -> dict[str, Any]:
    """Return an event of version 1, which knows neither severities nor sources."""
    event = {
        "service_key": key,
        "event_type": signal.action,
        "incident_key": signal.violation_id,
        "description": one_line(signal.summary, LONGEST_SUMMARY),
        "details": {"source": signal.subject, "severity": signal.severity} | details(signal),
    }
    if signal.action != "trigger":
        return event
    return event | {
        "client": CLIENT,
        "client_url": signal.link,
        "contexts": [{"type": "link", "href": signal.link, "text": link_text(signal)}],
    }


def details(signal: Signal) -> dict[str, Any]:
    """Return what else is known, without what is empty."""
    told = {
        "monitor": signal.monitor,
        "rule": signal.rule,
        "level": signal.level,
        "condition": signal.metric,
        "agents": signal.dimensions.removeprefix("from "),
        "environment": signal.environment,
        "notes": signal.notes,
        "values": signal.values,
        "link": signal.link,
    }
    return {name: value for name, value in told.items() if value}


def link_text(signal: Signal) -> str:
    """Say where the link leads."""
    return f"Violation #{signal.number} at {signal.monitor}" if signal.number else "Tocsin"


def _judge(answer: Answer) -> Outcome:
    said = _said(answer.body)
    outcome = judged(answer, said)
    if answer.status == THROTTLED:
        return msgspec.structs.replace(outcome, retry=True)
    return outcome


class _Said(msgspec.Struct, frozen=True):
    message: str = ""
    errors: tuple[str, ...] = ()


def _said(body: bytes) -> str:
    """Return the other side's sentence, and what is wrong in particular."""
    try:
        said = msgspec.json.decode(body, type=_Said)
    except msgspec.DecodeError:
        return ""
    return " - ".join(filter(None, (said.message, ", ".join(said.errors))))
