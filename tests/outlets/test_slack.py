"""Slack as an outlet: messages that hold nothing but text."""

import pytest
from msgspec.structs import replace

from tests.domain.signals import LINK, TRIGGER
from tests.hook import Hook
from tocsin.domain.monitoring.channel_config import Slack
from tocsin.outlets.slack import message, tell
from tocsin.outlets.tools import Tools


async def test_a_message_leads_to_the_violation(hook: Hook, tools: Tools) -> None:
    hook.say("200 OK", body="ok")

    outcome = await tell(TRIGGER, Slack(url=hook.url), tools)

    [heard] = hook.heard
    assert heard.headers["content-type"] == "application/json"
    assert heard.json["text"] == f"<{LINK}|Alarm: Cart answers in 812 ms>"
    [attachment] = heard.json["attachments"]
    assert attachment["color"] == "danger"
    assert attachment["fields"][0] == {"title": "Monitor", "value": "Cart", "short": True}
    assert (outcome.ok, outcome.detail, outcome.answer) == (
        True,
        "HTTP 200 OK",
        "HTTP 200 OK\n\nok",
    )
    assert hook.url not in outcome.request


@pytest.mark.parametrize(
    ("action", "level", "color"),
    [
        ("trigger", "warning", "warning"),
        ("resolve", "alarm", "good"),
        ("acknowledge", "alarm", "danger"),
    ],
)
def test_colours_say_how_it_stands(action: str, level: str, color: str) -> None:
    told = message(replace(TRIGGER, action=action, level=level))

    assert told["attachments"][0]["color"] == color


def test_nothing_in_a_text_is_a_command() -> None:
    told = message(replace(TRIGGER, summary="<!channel> a|b & c > d\nnext", monitor="<@U1>"))

    assert told["text"].endswith("|Alarm: &lt;!channel&gt; a¦b &amp; c &gt; d next>")
    assert told["attachments"][0]["fields"][0]["value"] == "&lt;@U1&gt;"


async def test_a_refusal_is_told_in_slack_s_words(hook: Hook, tools: Tools) -> None:
    hook.say("404 Not Found", body="no_service")

    outcome = await tell(TRIGGER, Slack(url=hook.url), tools)

    assert (outcome.ok, outcome.retry) == (False, False)
    assert outcome.detail == "HTTP 404 Not Found: no_service"
