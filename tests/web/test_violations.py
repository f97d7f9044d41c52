"""The pages of violations: found, narrowed, taken, closed, and told of."""

import pytest

from tests.night import Night
from tests.watching import environment
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tests.web.watching import BROKEN, FINE, channel, measure, monitor, rule, send
from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.usecases.monitoring import alert_rules, monitors, violations
from tocsin.usecases.parts import Part

HERE = "/violations"
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
async def violation(night: Night) -> Violation:
    """Give one that is active, and that a channel is to hear of."""
    env = await environment(night)
    told = await channel(night, env)
    await rule(night, env, channel_ids=(told.id,))
    await measure(night, await monitor(night, env, HOSTILE), FINE, BROKEN)
    [found], _ = await violations.find(night.house, Part(limit=2))
    return found


async def test_nothing_active_is_told_as_such(browser: Browser) -> None:
    assert "No violation is active." in text_of(await browser.open(HERE))


async def test_what_is_active_is_listed(browser: Browser, violation: Violation) -> None:
    page = await browser.open(HERE)

    assert f"#{violation.number}" in text_of(page)
    assert "Active Alarm" in text_of(page)
    assert HOSTILE not in page.text


@pytest.mark.parametrize(
    ("asked", "is_shown"),
    [
        ("state=all", True),
        ("state=cleared", False),
        ("state=nonsense", True),
        ("environment=QX", False),
        ("rule=QX", False),
        ("monitor={monitor}", True),
        ("page=2", False),
    ],
)
async def test_the_list_is_narrowed(
    browser: Browser, violation: Violation, asked: str, is_shown: bool
) -> None:
    page = await browser.open(f"{HERE}?{asked.format(monitor=violation.monitor_id)}")

    assert (f'href="{HERE}/{violation.id}"' in page.text) is is_shown


async def test_a_page_tells_the_story_and_who_was_told(
    browser: Browser, violation: Violation
) -> None:
    text = text_of(await browser.open(f"{HERE}/{violation.id}"))

    assert "The first round that broke the rule." in text
    assert "Active: the rule was broken in enough rounds." in text
    assert "The server itself" in text
    assert "Checkout , to be triggered" in text
    assert "On its way" in text


async def test_somebody_takes_it_and_closes_it(
    browser: Browser, night: Night, violation: Violation
) -> None:
    path = f"{HERE}/{violation.id}"

    said = await send(browser, path, f"{path}/acknowledge")
    assert "Acknowledged by Carol." in said
    said = await send(browser, path, f"{path}/close")

    assert "Cleared: it was closed by hand, by Carol." in said
    assert "Acknowledge" not in text_of(await browser.open(path)).split("What happened")[0]
    assert (await violations.get(night.house, violation.id)).state == "cleared"


async def test_what_is_gone_is_named_and_not_linked(
    browser: Browser, night: Night, violation: Violation
) -> None:
    await monitors.remove(night.house, violation.monitor_id, night.now)
    await alert_rules.remove(night.house, violation.rule_id, night.now)

    page = await browser.open(f"{HERE}/{violation.id}")

    assert "Cleared: the monitor was deleted." in text_of(page)
    assert f'href="/monitors/{violation.monitor_id}"' not in page.text
    assert f'href="/alert_rules/{violation.rule_id}"' not in page.text


async def test_whoever_only_looks_cannot_take_it(
    visitor: Visitor, resident: Resident, violation: Violation
) -> None:
    browser = await visitor(await resident("Olga", role="observer"))
    page = await browser.open(f"{HERE}/{violation.id}")

    assert f"{HERE}/{violation.id}/acknowledge" not in page.text
    for verb in ("acknowledge", "close"):
        assert (await browser.send(page, f"{HERE}/{violation.id}/{verb}")).status_code == 403


async def test_one_that_is_not_there_is_not_found(browser: Browser) -> None:
    assert (await browser.open(f"{HERE}/QX")).status_code == 404
