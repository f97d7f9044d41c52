"""What may be set on a service over REST, and in which words the rest is refused."""

from typing import Any

import httpx
import pytest

from tests.api.shop import ACTION, HOURS, RULE, make_policy, make_shop, shop_body
from tocsin.domain.people.user import User


@pytest.fixture
async def policy(api: httpx.AsyncClient, alice: User) -> str:
    """Make a policy, and return its id."""
    return await make_policy(api, alice)


@pytest.mark.parametrize("off", [0, None])
async def test_a_timeout_of_nothing_is_off(
    api: httpx.AsyncClient, policy: str, off: int | None
) -> None:
    timeouts = {"acknowledgement_timeout": off, "auto_resolve_timeout": off}

    service = await make_shop(api, policy, **timeouts)

    assert service["acknowledgement_timeout"] is service["auto_resolve_timeout"] is None


async def test_urgency_can_follow_support_hours(api: httpx.AsyncClient, policy: str) -> None:
    urgency = {
        "incident_urgency_rule": RULE,
        "support_hours": HOURS,
        "scheduled_actions": [ACTION],
    }

    service = await make_shop(api, policy, **urgency)

    assert {name: service[name] for name in urgency} == urgency


async def test_hours_go_with_the_rule_that_they_were_for(
    api: httpx.AsyncClient, policy: str
) -> None:
    hours = {"incident_urgency_rule": RULE, "support_hours": HOURS, "scheduled_actions": [ACTION]}
    service = await make_shop(api, policy, **hours)
    rule = {"type": "constant", "urgency": "severity_based"}

    changed = await api.put(
        f"/services/{service['id']}", json={"service": {"incident_urgency_rule": rule}}
    )

    after = changed.json()["service"]
    assert after["incident_urgency_rule"] == rule
    assert (after["support_hours"], after["scheduled_actions"]) == (None, [])


async def test_the_date_of_a_time_of_day_is_ignored(api: httpx.AsyncClient, policy: str) -> None:
    hours = HOURS | {"start_time": "2026-01-01T22:00:00Z", "end_time": "06:00"}

    service = await make_shop(api, policy, incident_urgency_rule=RULE, support_hours=hours)

    shown = service["support_hours"]
    assert (shown["start_time"], shown["end_time"]) == ("22:00:00", "06:00:00")


async def test_terraform_sends_a_list_of_actions_with_a_null_in_it(
    api: httpx.AsyncClient, policy: str
) -> None:
    hours = {"incident_urgency_rule": RULE, "support_hours": HOURS}

    service = await make_shop(api, policy, **hours, scheduled_actions=[None])

    assert service["scheduled_actions"] == []


@pytest.mark.parametrize(
    ("sent", "shown", "old_word", "old_timeout"),
    [
        ({"type": "time", "config": {"timeout": 0}}, None, "time", 0),
        ({"type": "time"}, {"type": "time", "config": {}}, "time", None),
        ({"type": "intelligent", "config": {"time_window": 300}}, None, "intelligent", None),
        ({"type": "intelligent", "config": {"time_window": 0}}, None, "intelligent", None),
        (
            {
                "type": "content_based",
                "config": {"aggregate": "all", "fields": ["summary"], "time_window": 86400},
            },
            None,
            "rules",
            None,
        ),
    ],
)
async def test_alerts_can_be_grouped(
    api: httpx.AsyncClient,
    policy: str,
    sent: dict[str, Any],
    shown: dict[str, Any] | None,
    old_word: str,
    old_timeout: int | None,
) -> None:
    service = await make_shop(api, policy, alert_grouping_parameters=sent)

    assert service["alert_grouping_parameters"] == (shown or sent)
    assert service["alert_grouping"] == old_word
    assert service["alert_grouping_timeout"] == old_timeout


@pytest.mark.parametrize("off", [None, {}, {"type": None}, {"type": "", "config": None}])
async def test_grouping_is_switched_off_by_a_null(
    api: httpx.AsyncClient, policy: str, off: dict[str, Any] | None
) -> None:
    grouping = {"type": "time", "config": {"timeout": 5}}
    service = await make_shop(api, policy, alert_grouping_parameters=grouping)

    changed = await api.put(
        f"/services/{service['id']}", json={"service": {"alert_grouping_parameters": off}}
    )

    assert changed.json()["service"]["alert_grouping_parameters"] is None


@pytest.mark.parametrize(
    ("old", "parameters"),
    [
        (
            {"alert_grouping": "time", "alert_grouping_timeout": 7},
            {"type": "time", "config": {"timeout": 7}},
        ),
        ({"alert_grouping": "intelligent"}, {"type": "intelligent", "config": {}}),
        ({"alert_grouping": None, "alert_grouping_timeout": None}, None),
    ],
)
async def test_the_old_words_for_grouping_are_understood(
    api: httpx.AsyncClient, policy: str, old: dict[str, Any], parameters: dict[str, Any] | None
) -> None:
    service = await make_shop(api, policy, **old)

    assert service["alert_grouping_parameters"] == parameters


def _grouped(kind: str | None, config: object, **others: object) -> dict[str, Any]:
    return {"alert_grouping_parameters": {"type": kind, "config": config, **others}}


_NO_HOURS = "Support hours cannot be blank with a rule of type use_support_hours."
_BY_HOURS = {"incident_urgency_rule": RULE, "support_hours": HOURS}
_ALL_HIGH = RULE | {"outside_support_hours": {"type": "constant", "urgency": "high"}}
_CONTENT = {"aggregate": "all", "fields": ["summary"]}


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "Name cannot be blank."),
        ({"name": "a\x07"}, "Name must have at most 255 characters, all of them printable."),
        ({"description": "x" * 2001}, "Description must have at most 2000 characters."),
        ({"escalation_policy": None}, "Escalation policy cannot be blank."),
        ({"escalation_policy": {"id": "PNONE"}}, "Escalation policy PNONE was not found."),
        ({"status": "disabled"}, "Status can only be active when a service is made."),
        (
            {"acknowledgement_timeout": -1},
            "Acknowledgement timeout must be from 0 to 31536000 seconds.",
        ),
        (
            {"auto_resolve_timeout": 31_536_001},
            "Auto resolve timeout must be from 0 to 31536000 seconds.",
        ),
        ({"incident_urgency_rule": RULE}, _NO_HOURS),
        (
            {"support_hours": HOURS},
            "Support hours need an incident urgency rule of type use_support_hours.",
        ),
        (
            {"incident_urgency_rule": {"type": "use_support_hours"}, "support_hours": HOURS},
            "Incident urgency rule must say what holds during and outside support hours.",
        ),
        (
            {"incident_urgency_rule": RULE | {"urgency": "high"}, "support_hours": HOURS},
            "Urgency cannot be set for a rule of type use_support_hours.",
        ),
        (
            _BY_HOURS | {"support_hours": HOURS | {"days_of_week": [1, 8]}},
            "Support hours must have days of week from 1 (Monday) to 7, each at most once.",
        ),
        (
            _BY_HOURS | {"support_hours": HOURS | {"time_zone": "Mars"}},
            "Support hours must have the name of a time zone, such as Europe/Vienna.",
        ),
        (
            _BY_HOURS | {"support_hours": HOURS | {"start_time": "nine"}},
            "Start time of support hours must be a time of day such as 09:00:00.",
        ),
        (
            {"scheduled_actions": [ACTION]},
            "Scheduled actions need a rule of high urgency during support hours, low outside.",
        ),
        (
            {
                "incident_urgency_rule": _ALL_HIGH,
                "support_hours": HOURS,
                "scheduled_actions": [ACTION],
            },
            "Scheduled actions need a rule of high urgency during support hours, low outside.",
        ),
        (
            _BY_HOURS | {"scheduled_actions": [ACTION, ACTION]},
            "Scheduled actions cannot be more than one.",
        ),
        (
            _BY_HOURS | {"scheduled_actions": [ACTION | {"to_urgency": "low"}]},
            "Scheduled actions can only change the urgency to high.",
        ),
        (
            {"auto_pause_notifications_parameters": {"enabled": True, "timeout": 7}},
            "Auto pause timeout must be one of 0, 120, 180, 300, 600, 900 seconds.",
        ),
        (
            _grouped("magic", {}),
            "Alert grouping parameters must have a type of time, intelligent, content_based"
            " or null.",
        ),
        (_grouped("time", {}, typo=1), "Alert grouping parameters cannot have typo."),
        (_grouped("time", 5), "Alert grouping parameters must have an object as config."),
        (
            _grouped("time", {"time_out": 5}),
            "Alert grouping parameters of type time cannot have time_out.",
        ),
        (
            _grouped("time", {"timeout": 1441}),
            "Alert grouping parameters must have a timeout of 0 to 1440 minutes.",
        ),
        (
            _grouped("intelligent", {"time_window": 299}),
            "Alert grouping parameters must have a time window of 300 to 3600 seconds, or 0.",
        ),
        (
            _grouped("intelligent", {"time_window": False}),
            "Alert grouping parameters must have a time window of 300 to 3600 seconds, or 0.",
        ),
        (
            _grouped("content_based", _CONTENT | {"time_window": 3601}),
            "Alert grouping parameters must have a time window of 300 to 3600 or 86400 seconds,"
            " or 0.",
        ),
        (
            _grouped("content_based", _CONTENT | {"aggregate": "some"}),
            "Alert grouping parameters must have an aggregate of all or any.",
        ),
        (
            _grouped("content_based", _CONTENT | {"fields": []}),
            "Alert grouping parameters must name 1 to 20 fields.",
        ),
        (
            _grouped("content_based", _CONTENT | {"fields": [7]}),
            "Alert grouping parameters must have texts as fields.",
        ),
    ],
)
async def test_a_service_that_cannot_be_is_refused_in_a_sentence(
    api: httpx.AsyncClient, policy: str, fields: dict[str, Any], sentence: str
) -> None:
    answer = await api.post("/services", json=shop_body(policy, **fields))

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"] == [sentence]
