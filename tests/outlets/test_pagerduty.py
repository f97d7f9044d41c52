"""PagerDuty as an outlet: which events it gets, and what its answers mean."""

import pytest
from msgspec.structs import replace

from tests.domain.signals import LINK, TRIGGER
from tests.hook import Hook
from tocsin.domain.masking import DOTS
from tocsin.domain.monitoring.channel_config import PagerDuty
from tocsin.inbound import events_v1, events_v2
from tocsin.outlets.pagerduty import tell
from tocsin.outlets.tools import Tools

KEY = "0123456789abcdef0123456789abcdef"
TAKEN = '{"status":"success","message":"Event processed","dedup_key":"QVIOLATION0001"}'
SPOILT = (
    '{"status":"invalid event","message":"Event object is invalid",'
    f'"errors":["No such key: {KEY}"]}}'
)


@pytest.fixture
def config(hook: Hook) -> PagerDuty:
    hook.say("202 Accepted", body=TAKEN)
    return PagerDuty(integration_key=KEY, base_url=hook.url.removesuffix("/hook"))


async def test_a_trigger_says_what_is_wrong(config: PagerDuty, hook: Hook, tools: Tools) -> None:
    outcome = await tell(TRIGGER, config, tools)

    [heard] = hook.heard
    assert heard.line == "POST /v2/enqueue HTTP/1.1"
    assert heard.json == {
        "routing_key": KEY,
        "event_action": "trigger",
        "dedup_key": "QVIOLATION0001",
        "payload": {
            "summary": "Cart answers in 812 ms",
            "severity": "critical",
            "source": "https://shop.example.com/cart",
            "timestamp": "2026-03-02T12:00:00Z",
            "component": "Cart",
            "group": "Shop",
            "class": "Slow pages",
            "custom_details": {
                "monitor": "Cart",
                "rule": "Slow pages",
                "level": "alarm",
                "condition": "response_time > 500",
                "agents": "Vienna",
                "environment": "Shop",
                "notes": "See the runbook.",
                "values": {"response_time": 812},
                "link": LINK,
            },
        },
        "links": [{"href": LINK, "text": "Violation #7 at Cart"}],
        "client": "Tocsin monitors",
        "client_url": LINK,
    }
    assert (outcome.ok, outcome.detail) == (True, "HTTP 202 Accepted: Event processed")
    assert events_v2.hear(heard.body, new_key=str)


async def test_what_follows_needs_only_the_key(config: PagerDuty, hook: Hook, tools: Tools) -> None:
    await tell(replace(TRIGGER, action="resolve"), config, tools)

    assert hook.heard[0].json == {
        "routing_key": KEY,
        "event_action": "resolve",
        "dedup_key": "QVIOLATION0001",
    }


@pytest.mark.parametrize("action", ["trigger", "acknowledge", "resolve"])
async def test_old_keys_are_told_in_version_1(
    config: PagerDuty, hook: Hook, tools: Tools, action: str
) -> None:
    signal = replace(TRIGGER, action=action)

    assert (await tell(signal, replace(config, dialect="v1"), tools)).ok

    [heard] = hook.heard
    assert heard.line == "POST /generic/2010-04-15/create_event.json HTTP/1.1"
    assert heard.json["service_key"] == KEY
    assert (heard.json["event_type"], heard.json["incident_key"]) == (action, "QVIOLATION0001")
    assert heard.json["details"]["severity"] == "critical"
    assert ("contexts" in heard.json) == (action == "trigger")
    assert events_v1.hear(heard.body, new_key=str)


async def test_people_see_the_request_and_the_answer_without_the_key(
    config: PagerDuty, hook: Hook, tools: Tools
) -> None:
    hook.say("400 Bad Request", body=SPOILT)

    outcome = await tell(TRIGGER, config, tools)

    assert outcome.detail == (
        f"HTTP 400 Bad Request: Event object is invalid - No such key: {DOTS}cdef"
    )
    assert (outcome.ok, outcome.retry) == (False, False)
    assert f'"routing_key":"{DOTS}cdef"' in outcome.request
    assert outcome.answer.startswith("HTTP 400 Bad Request\n\n{")
    assert KEY not in f"{outcome.request}{outcome.answer}{outcome.detail}"


@pytest.mark.parametrize(
    ("status", "retry"),
    [
        ("403 Forbidden", True),
        ("429 Too Many Requests", True),
        ("500 Internal Server Error", True),
        ("503 Service Unavailable", True),
        ("400 Bad Request", False),
        ("404 Not Found", False),
        ("302 Found", False),
    ],
)
async def test_what_may_pass_is_tried_again(
    config: PagerDuty, hook: Hook, tools: Tools, status: str, retry: bool
) -> None:
    hook.say(status, "Retry-After: 17", body="busy")

    outcome = await tell(TRIGGER, config, tools)

    assert (outcome.ok, outcome.retry, outcome.wait_seconds) == (False, retry, 17)
    assert outcome.detail == f"HTTP {status}"


async def test_a_server_that_is_away_is_tried_again(
    config: PagerDuty, hook: Hook, tools: Tools
) -> None:
    await hook.stop()

    outcome = await tell(TRIGGER, config, tools)

    assert (outcome.ok, outcome.retry, outcome.answer) == (False, True, "")
    assert KEY not in outcome.request


async def test_a_long_summary_is_cut_where_it_would_be_refused(
    config: PagerDuty, hook: Hook, tools: Tools
) -> None:
    await tell(replace(TRIGGER, summary="x" * 2000), config, tools)

    assert len(hook.heard[0].json["payload"]["summary"]) == 1024
