"""Slack: a message to an incoming webhook, or to whoever takes the same."""

from typing import Any, Final

import msgspec

from tocsin.domain.monitoring.channel_config import Slack, secrets_of
from tocsin.domain.monitoring.notification_channel import Outcome, Signal
from tocsin.kit.text import one_line
from tocsin.outlets.asking import Ask, ask, judged_by_words
from tocsin.outlets.tools import Tools

LONGEST_TEXT: Final = 3000
_MARKS: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # all that mean something


async def tell(signal: Signal, config: Slack, tools: Tools) -> Outcome:
    """Post the message."""
    body = msgspec.json.encode(message(signal))
    what = Ask(url=config.url, body=body, secrets=tuple(secrets_of(config)))
    return await ask(tools.http, what, judged_by_words)


def message(signal: Signal) -> dict[str, Any]:
    """Return the message: a line that leads to the violation, and beneath it what is known."""
    line = f"<{_link(signal.link)}|{_plain(_heading(signal)).replace('|', '¦')}>"
    facts = {
        "Monitor": signal.monitor,
        "Watches": signal.subject,
        "Condition": signal.metric,
        "Seen": signal.dimensions,
        "Rule": signal.rule,
        "Environment": signal.environment,
        "Notes": signal.notes,
    }
    fields = [
        {"title": title, "value": _plain(value), "short": len(value) < 40}
        for title, value in facts.items()
        if value
    ]
    return {"text": line, "attachments": [{"color": _color(signal), "fields": fields}]}


def _heading(signal: Signal) -> str:
    if signal.action == "trigger":
        return f"{signal.level.capitalize()}: {signal.summary}"
    return signal.summary


def _color(signal: Signal) -> str:
    """Return a colour by its name at Slack."""
    if signal.action == "resolve":
        return "good"
    return "danger" if signal.level == "alarm" else "warning"


def _plain(text: str) -> str:
    """Return a text in which nothing is a command, a mention or a link."""
    return one_line(text, LONGEST_TEXT).translate(_MARKS)


def _link(url: str) -> str:
    return _plain(url).replace("|", "%7C")
