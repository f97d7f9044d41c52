"""The form of a service: filled in, refused beside its fields, and kept as it was written."""

from datetime import time
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.team import NOON
from tests.web.conftest import Browser, text_of
from tests.web.filled import fields_of
from tocsin.domain.intake.service import ScheduledAction, Service, SupportHours, UrgencyRule
from tocsin.store import tables
from tocsin.store.intake.integrations import INTEGRATIONS
from tocsin.store.intake.services import SERVICES
from tocsin.usecases.intake import services

PATH = "/service-directory"
NEW = f"{PATH}/new"


async def _fill_in(browser: Browser, path: str, to: str, **changes: Any) -> httpx.Response:
    """Open a form, change some of its fields, and send it."""
    page = await browser.open(path)
    return await browser.http.post(to, data=fields_of(page, "draft") | changes)


async def _service(night: Night, name: str) -> Service:
    async with night.database.read() as tx:
        [service] = await SERVICES.select(tx, SERVICES.c.name == name)
    return service


async def _names_of_integrations(night: Night, service: Service) -> list[str]:
    async with night.database.read() as tx:
        found = await INTEGRATIONS.select(tx, INTEGRATIONS.c.service_id == service.id)
    return [one.name for one in found]


async def test_the_form_has_what_setup_guides_name(browser: Browser) -> None:
    said = text_of(await browser.open(NEW))

    for words in (
        "Add New Service",
        "General Settings",
        "Name",
        "Integration Type",
        "Integration Name",
        "Incident Settings",
        "Escalation Policy",
        "Notification Urgency",
        "Incident Behavior",
        "Add Service",
    ):
        assert words in said


async def test_alarms_and_warnings_are_told_apart_unless_somebody_wants_otherwise(
    browser: Browser, night: Night
) -> None:
    answer = await _fill_in(browser, NEW, PATH, name="Shop", escalation_policy=night.team.policy.id)

    assert answer.status_code == 303
    assert (await _service(night, "Shop")).urgency_rule == UrgencyRule(urgency="severity_based")


async def test_a_service_is_added_with_its_integration_and_leads_to_its_key(
    browser: Browser, night: Night
) -> None:
    given = {
        "name": "Shopping Cart",
        "tool": "PBLACKF",
        "escalation_policy": night.team.policy.id,
        "urgency": "severity_based",
        "acknowledgement_timeout": "600",
        "auto_resolve_timeout": "0",
    }
    answer = await _fill_in(browser, NEW, PATH, **given)
    service = await _service(night, "Shopping Cart")
    said = text_of(await browser.open(answer.headers["location"]))

    assert answer.headers["location"] == f"{PATH}/{service.id}/integrations"
    assert service.urgency_rule == UrgencyRule(urgency="severity_based")
    assert (service.acknowledgement_timeout, service.auto_resolve_timeout) == (600, None)
    assert await _names_of_integrations(night, service) == ["blackfire-Shopping-Cart"]
    assert "The service was added. Give its integration key" in said
    assert "Integration Key" in said


@pytest.mark.parametrize(
    ("tool", "name", "made"),
    [("", "", []), ("v1", "Old agents", ["Old agents"]), ("v1", "", ["events-api-v1-Till"])],
)
async def test_the_first_integration_is_a_choice(
    browser: Browser, night: Night, tool: str, name: str, made: list[str]
) -> None:
    given = {"name": "Till", "tool": tool, "integration_name": name}
    await _fill_in(browser, NEW, PATH, **given, escalation_policy=night.team.policy.id)

    assert await _names_of_integrations(night, await _service(night, "Till")) == made


async def test_support_hours_are_kept_as_they_were_written(browser: Browser, night: Night) -> None:
    given = {
        "name": "Till",
        "escalation_policy": night.team.policy.id,
        "urgency": "support_hours",
        "days": ["1", "6"],
        "start": "22:00",
        "end": "06:30",
        "zone": "Asia/Kolkata",
        "action": "support_hours_start",
    }
    await _fill_in(browser, NEW, PATH, **given)
    service = await _service(night, "Till")
    path = f"{PATH}/{service.id}"
    shown = fields_of(await browser.open(f"{path}/edit"), "draft")
    said = text_of(await browser.open(f"{path}/settings"))

    assert service.support_hours == SupportHours(
        time_zone="Asia/Kolkata", days_of_week=(1, 6), start_time=time(22), end_time=time(6, 30)
    )
    assert service.urgency_rule.kind == "use_support_hours"
    assert (service.urgency_rule.during, service.urgency_rule.outside) == ("high", "low")
    assert service.scheduled_actions == (
        ScheduledAction(at="support_hours_start", to_urgency="high"),
    )
    assert {name: shown[name] for name in ("days", "start", "end", "zone", "action")} == {
        "days": ["1", "6"],
        "start": ["22:00"],
        "end": ["06:30"],
        "zone": ["Asia/Kolkata"],
        "action": ["support_hours_start"],
    }
    assert "Monday, Saturday, 22:00 to 06:30 in Asia/Kolkata" in said
    assert "When they start, open incidents of low urgency become high." in said


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": " "}, "Name cannot be blank."),
        ({"name": "Checkout"}, "Name has already been taken"),
        ({"escalation_policy": ""}, "Escalation policy cannot be blank."),
        ({"escalation_policy": "PNONE"}, "Escalation policy PNONE was not found."),
        ({"integration_name": "x" * 300}, "Integration name must have at most 255 characters"),
        ({"tool": "PNONE"}, "Integration vendor PNONE was not found."),
        ({"urgency": "loud"}, "Notification Urgency must be"),
        ({"acknowledgement_timeout": "soon"}, "Acknowledgement timeout must be a number"),
        ({"urgency": "support_hours", "start": "9"}, "Support hours must have a start and an end"),
        ({"urgency": "support_hours", "zone": "Mars"}, "Support hours must have the name of a"),
        ({"urgency": "support_hours", "days": []}, "Support hours must have days of week"),
        ({"grouping": "time", "grouping_minutes": "x"}, "Alert grouping must have a length"),
        ({"grouping": "content_based"}, "Alert grouping parameters must name 1 to 20 fields."),
        (
            {"grouping": "content_based", "grouping_fields": "sorce"},
            "Fields can be summary, source",
        ),
        ({"grouping": "by_magic"}, "Alert grouping parameters must have a type"),
        (
            {"urgency": "support_hours", "outside": "high", "action": "support_hours_end"},
            "Scheduled actions need a rule",
        ),
    ],
)
async def test_a_fault_is_told_and_nothing_is_lost_or_made(
    browser: Browser, night: Night, given: dict[str, Any], told: str
) -> None:
    wished = {"name": "Till", "description": "Takes money", "auto_resolve_timeout": "12345"}
    wished["escalation_policy"] = night.team.policy.id
    answer = await _fill_in(browser, NEW, PATH, **(wished | given))

    assert answer.status_code == 400
    assert told in text_of(answer)
    kept = fields_of(answer, "draft")
    assert (kept["description"], kept["auto_resolve_timeout"]) == (["Takes money"], ["12345"])
    async with night.database.read() as tx:
        assert await SERVICES.count(tx) == 1


async def test_a_fault_stands_beside_its_field(browser: Browser, night: Night) -> None:
    policy_id = night.team.policy.id
    answer = await _fill_in(browser, NEW, PATH, name="", escalation_policy=policy_id)

    assert '<span class="fault" id="name-fault">Name cannot be blank.' in answer.text
    assert 'id="integration_name-fault"' not in answer.text


async def test_a_service_is_changed_and_what_the_form_does_not_know_stays(
    browser: Browser, night: Night
) -> None:
    service = night.team.service
    grouping = {"type": "time", "config": {"timeout": 5}}
    wish = services.Wish(alert_grouping=grouping, acknowledgement_timeout=777)
    await services.change(night.house, service.id, wish, NOON)
    path = f"{PATH}/{service.id}"
    answer = await _fill_in(browser, f"{path}/edit", path, name="Check-out", urgency="low")

    changed = await _service(night, "Check-out")
    assert answer.headers["location"] == f"{path}/settings"
    assert changed.urgency_rule == UrgencyRule(urgency="low")
    assert (changed.alert_grouping, changed.acknowledgement_timeout) == (grouping, 777)
    assert changed.auto_resolve_timeout == service.auto_resolve_timeout


async def test_a_change_that_is_refused_changes_nothing(browser: Browser, night: Night) -> None:
    path = f"{PATH}/{night.team.service.id}"
    answer = await _fill_in(browser, f"{path}/edit", path, name="")

    assert answer.status_code == 400
    assert "Edit Checkout" in text_of(answer)
    assert await _service(night, "Checkout") == night.team.service


BY_CONTENT = {"aggregate": "any", "fields": ["source", "custom_details.rack"], "time_window": 900}


@pytest.mark.parametrize(
    ("given", "kept", "told"),
    [
        ({"grouping": ""}, None, "None: each new alert opens an incident"),
        (
            {"grouping": "time", "grouping_minutes": "0"},
            {"type": "time", "config": {"timeout": 0}},
            "By time: alerts join an incident as long as it is open",
        ),
        (
            {"grouping": "intelligent", "grouping_window": "600"},
            {"type": "intelligent", "config": {"time_window": 600}},
            "until 10 min pass without one",
        ),
        (
            {
                "grouping": "content_based",
                "grouping_window": "900",
                "grouping_aggregate": "any",
                "grouping_fields": "source,, custom_details.rack ",
            },
            {"type": "content_based", "config": BY_CONTENT},
            "if any of source, custom_details.rack are equal, until 15 min pass",
        ),
    ],
)
async def test_alerts_are_grouped_as_the_form_says_and_it_says_so_again(
    browser: Browser, night: Night, given: dict[str, str], kept: object, told: str
) -> None:
    path = f"{PATH}/{night.team.service.id}"
    await _fill_in(browser, f"{path}/edit", path, **given)
    said = text_of(await browser.open(f"{path}/settings"))
    await _fill_in(browser, f"{path}/edit", path)

    assert (await _service(night, "Checkout")).alert_grouping == kept
    assert told in said


async def test_without_a_policy_the_form_says_what_is_needed_first(
    browser: Browser, night: Night
) -> None:
    await night.sql(sa.delete(tables.services))
    await night.sql(sa.delete(tables.escalation_policies))

    assert "There is no escalation policy yet." in text_of(await browser.open(NEW))


async def test_a_policy_can_be_chosen_by_the_address(browser: Browser, night: Night) -> None:
    page = await browser.open(f"{NEW}?policy={night.team.policy.id}")

    assert fields_of(page, "draft")["escalation_policy"] == [night.team.policy.id]
