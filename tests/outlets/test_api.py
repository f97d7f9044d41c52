"""Requests of anybody's making, sent to a real web server."""

import json

import pytest
from msgspec.structs import replace

from tests.domain.guide import as_pasted
from tests.domain.signals import TRIGGER
from tests.hook import Hook
from tocsin.domain.masking import DOTS
from tocsin.domain.monitoring.channel_config import ApiAction, ApiRequest
from tocsin.outlets.api import NO_ID, NO_REQUEST, tell
from tocsin.outlets.tools import Tools

TOKEN = "y_NbAkKc66ryYTWUXYEu"


@pytest.fixture
def config(hook: Hook) -> ApiAction:
    """Follow the guide, with the address of our own server."""
    hook.say("201 Created", body='{"incident": {"id": "PT4KHLK", "number": 7, "list": [{"a": 1}]}}')
    base_url = hook.url.removesuffix("/hook")
    return as_pasted(
        base_url=base_url, token=TOKEN, email="ann@example.com", service_id="PSERVICE000001"
    )


async def test_the_guide_begins_an_incident_and_keeps_its_id(
    config: ApiAction, hook: Hook, tools: Tools
) -> None:
    outcome = await tell(TRIGGER, config, tools)

    [heard] = hook.heard
    assert heard.line == "POST /incidents HTTP/1.1"
    assert heard.headers["authorization"] == f"Token token={TOKEN}"
    assert heard.headers["accept"] == "application/vnd.pagerduty+json;version=2"
    assert heard.headers["from"] == "ann@example.com"
    assert heard.json["incident"]["title"].startswith(
        "Alert triggered for Cart answers in 812 ms response_time > 500 https://shop.example.com"
    )
    assert (outcome.ok, outcome.remote_id) == (True, "PT4KHLK")
    assert f"Authorization: {DOTS}" in outcome.request
    assert TOKEN not in outcome.request


@pytest.mark.parametrize(
    ("action", "status"), [("acknowledge", "acknowledged"), ("resolve", "resolved")]
)
async def test_the_guide_ends_the_incident_by_its_id(
    config: ApiAction, hook: Hook, tools: Tools, action: str, status: str
) -> None:
    outcome = await tell(replace(TRIGGER, action=action, remote_id="PT4KHLK"), config, tools)

    [heard] = hook.heard
    assert heard.line == "PUT /incidents HTTP/1.1"
    [incident] = heard.json["incidents"]
    assert incident == {"id": "PT4KHLK", "type": "incident_reference", "status": status}
    assert (outcome.ok, outcome.remote_id) == (True, None)


async def test_without_an_id_nothing_is_sent_and_that_is_said(
    config: ApiAction, hook: Hook, tools: Tools
) -> None:
    assert await tell(replace(TRIGGER, action="resolve"), config, tools) == NO_ID
    bare = ApiAction(trigger=config.trigger)
    assert await tell(replace(TRIGGER, action="resolve"), bare, tools) == NO_REQUEST
    assert hook.heard == []


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("incident.number", "7"),
        ("incident.list.0.a", "1"),
        ("incident.list.1.a", None),
        ("incidents.id", None),
        ("incident", None),
        ("incident.id.more", None),
    ],
)
async def test_the_path_leads_to_a_text_or_a_number(
    config: ApiAction, tools: Tools, path: str, found: str | None
) -> None:
    outcome = await tell(TRIGGER, replace(config, parse_response=path), tools)

    assert (outcome.ok, outcome.remote_id) == (True, found)
    assert (f"has nothing at {path}" in outcome.detail) == (found is None)


async def test_an_answer_that_is_no_json_has_no_id(
    config: ApiAction, hook: Hook, tools: Tools
) -> None:
    hook.say("200 OK", body="<html>")

    assert (await tell(TRIGGER, config, tools)).remote_id is None


async def test_a_refusal_is_told_in_the_other_side_s_words(
    config: ApiAction, hook: Hook, tools: Tools
) -> None:
    hook.say("401 Unauthorized", body='{"error": "unknown", "token": "y_NbAkKc66ryYTWUXYEu"}')

    outcome = await tell(TRIGGER, config, tools)

    assert (outcome.ok, outcome.retry) == (False, False)
    assert outcome.detail.startswith('HTTP 401 Unauthorized: {"error": "unknown"')
    assert TOKEN not in f"{outcome.detail}{outcome.answer}"


async def test_every_part_of_a_request_is_filled_in(hook: Hook, tools: Tools) -> None:
    request = ApiRequest(
        method="PATCH",
        url=hook.url + "/{SUBJECT}?at={TIMESTAMP}",
        headers="X-Alert: {ALERT_ID}\nX-Greeting: Grüße",
        body='{"text": "{MSG}"}',
    )

    await tell(replace(TRIGGER, message='a "b"'), ApiAction(trigger=request), tools)

    [heard] = hook.heard
    assert heard.line.startswith(
        "PATCH /hook/https%3A%2F%2Fshop.example.com%2Fcart?at=1772452800 HTTP"
    )
    assert heard.headers["x-alert"] == "QVIOLATION0001"
    assert heard.headers["x-greeting"] == "Grüße"
    assert json.loads(heard.body) == {"text": 'a "b"'}


async def test_a_side_that_repeats_what_it_was_sent_gives_nothing_away(
    hook: Hook, tools: Tools
) -> None:
    hook.say("400 Bad Request", body="Unknown key 0123456789abcdef")
    request = ApiRequest(url=hook.url, body='{"api_key": "0123456789abcdef"}')

    outcome = await tell(TRIGGER, ApiAction(trigger=request), tools)

    shown = (outcome.request, outcome.answer, outcome.detail)
    assert not any("0123456789" in text for text in shown)
