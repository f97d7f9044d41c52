"""The pages of alert rules: begun with a starter, tried on the last rounds, told of, taken away."""

from typing import Final

from tests.night import Night
from tests.watching import environment
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tests.web.watching import BROKEN, FINE, channel, measure, monitor, rule, send
from tocsin.domain.monitoring.monitor import Ping
from tocsin.usecases.monitoring import alert_rules, monitors

HERE: Final = "/alert_rules"
HOSTILE: Final = "<script>alert(1)</script>"
USUAL: Final = {
    "alarm_severity": "critical",
    "warning_severity": "warning",
    "rounds_violating": "1",
    "rounds_out_of": "1",
    "agents_violating": "1",
    "agents_mode": "any",
    "clear_after": "1",
    "enabled": "yes",
}


async def test_a_rule_is_made_with_whom_it_tells(browser: Browser, night: Night) -> None:
    env = await environment(night)
    one = await monitor(night, env)
    told = await channel(night, env)
    within = f"/environments/{env.id}/rules"
    assert "There is no alert rule yet." in text_of(await browser.open(within))
    page = await browser.open(f"{within}/new?monitor={one.id}")
    assert f'value="{one.id}" checked' in page.text

    said = await send(
        browser, f"{within}/new", within, name="Errors", monitor_ids=one.id, alarm="!ok",
        channel_ids=told.id, notify_on_clear="yes", notes="Look at\r\nthe proxy",
        **(USUAL | {"rounds_violating": "2", "rounds_out_of": "3"}),
    )  # fmt: skip

    assert "The alert rule was added." in said
    assert "2 of the last 3" in said
    [made] = await alert_rules.find(night.house, env.id)
    assert (made.alarm, made.rounds_out_of, made.channel_ids) == ("!ok", 3, (told.id,))
    assert made.notes == "Look at\nthe proxy"
    assert "Checkout" in text_of(await browser.open(within))


async def test_starters_fit_the_monitors_and_fill_the_form(browser: Browser, night: Night) -> None:
    env = await environment(night)
    await monitor(night, env, "Router", Ping(host="example.com"))
    at = f"/environments/{env.id}/rules/new"
    page = await browser.open(at)
    assert "Packets lost" in text_of(page)
    assert "Certificate expires" not in text_of(page)

    page = await browser.send(page, at, do="begin-ping-1", **USUAL)

    assert 'value="loss &gt;= 50"' in page.text
    assert 'value="Packets lost"' in page.text
    for button in ("begin-ping-77", "begin-x-1", "begin-ping-x"):
        assert (await browser.send(page, at, do=button, **USUAL)).status_code in {200, 400}


async def test_a_draft_is_tried_on_the_last_rounds(browser: Browser, night: Night) -> None:
    env = await environment(night)
    one = await monitor(night, env)
    await monitor(night, env, "New")
    await measure(night, one, FINE, BROKEN, FINE, BROKEN, FINE)
    at = f"/environments/{env.id}/rules/new"

    page = await browser.send(
        await browser.open(at), at, do="preview", alarm="!ok", warning="true", **USUAL
    )
    assert "Shop: an alarm in 2 and a warning in 3 of the last 5 rounds." in text_of(page)
    assert "New: nothing was measured yet." in text_of(page)
    assert await alert_rules.find(night.house, env.id) == []
    page = await browser.send(page, at, do="preview", alarm="false", **USUAL)
    assert "Shop: none of the last 5 rounds breaks it." in text_of(page)
    page = await browser.send(page, at, do="preview", alarm=HOSTILE, **USUAL)
    assert page.status_code == 400
    assert HOSTILE not in page.text


async def test_faults_stand_beside_their_fields(browser: Browser, night: Night) -> None:
    env = await environment(night)
    within = f"/environments/{env.id}/rules"
    page = await browser.send(
        await browser.open(f"{within}/new"), within, name="", alarm="speed > 3",
        **(USUAL | {"clear_after": "x"}),
    )  # fmt: skip

    assert page.status_code == 400
    assert 'id="alarm-fault">The condition for an alarm speaks of speed' in page.text
    assert 'id="clear_after-fault">Good rounds until it clears must be from 1' in page.text


async def test_a_rule_is_changed_and_keeps_whom_it_tells(browser: Browser, night: Night) -> None:
    env = await environment(night)
    told = await channel(night, env)
    one = await rule(night, env, channel_ids=(told.id,))
    path = f"{HERE}/{one.id}"

    said = await send(
        browser, f"{path}/edit", path, name="Slow", warning="response_time > 10",
        notify_on_clear="yes", **USUAL,
    )  # fmt: skip

    assert "The alert rule was changed." in said
    changed = await alert_rules.get(night.house, one.id)
    assert (changed.alarm, changed.warning) == ("", "response_time > 10")
    assert changed.channel_ids == (told.id,)
    assert "400 " in await send(browser, f"{path}/edit", path, name="", **USUAL)
    page = await browser.send(await browser.open(f"{path}/edit"), f"{path}/edit", do="preview")
    assert page.status_code == 400


async def test_services_are_chosen_on_the_notifications_tab(browser: Browser, night: Night) -> None:
    env = await environment(night)
    one, told = await rule(night, env), await channel(night, env)
    path = f"{HERE}/{one.id}/notifications"
    page = await browser.open(path)
    assert "No PagerDuty service hears of this rule." in text_of(page)
    assert "Edit services" in text_of(page)
    assert f"/channels/new/pagerduty?rule={one.id}" in page.text

    said = await send(browser, path, path, channel_ids=told.id)

    assert "The rule was changed." in said
    changed = await alert_rules.get(night.house, one.id)
    assert (changed.channel_ids, changed.notify_on_clear) == ((told.id,), False)
    assert "was not found in this environment" in await send(browser, path, path, channel_ids="QX")


async def test_a_rule_shows_what_it_found_and_what_it_cannot_tell(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    one = await rule(night, env, HOSTILE, warning="certificate_days < 7")
    await measure(night, await monitor(night, env), FINE, BROKEN)

    page = await browser.open(f"{HERE}/{one.id}")

    assert HOSTILE not in page.text
    text = text_of(page)
    assert "It cannot tell by what was measured last:" in text
    assert "asks for certificate_days, which was not measured" in text
    assert "Active" in text
    assert "1 active" in text_of(await browser.open(f"/environments/{env.id}/rules"))


async def test_a_rule_is_disabled_enabled_and_deleted(browser: Browser, night: Night) -> None:
    env = await environment(night)
    one = await rule(night, env)
    path = f"{HERE}/{one.id}"

    assert "This rule is disabled." in await send(browser, path, f"{path}/disable")
    assert not (await alert_rules.get(night.house, one.id)).enabled
    assert "The rule is enabled." in await send(browser, path, f"{path}/enable")
    assert "The alert rule was deleted." in await send(browser, path, f"{path}/delete")
    assert await alert_rules.find(night.house, env.id) == []
    assert await monitors.find(night.house) == []


async def test_whoever_only_looks_changes_nothing(
    visitor: Visitor, resident: Resident, night: Night
) -> None:
    env = await environment(night)
    await channel(night, env)
    one = await rule(night, env)
    browser = await visitor(await resident("Olga", role="observer"))
    page = await browser.open(f"{HERE}/{one.id}")

    assert "Delete this rule" not in page.text
    notifications = await browser.open(f"{HERE}/{one.id}/notifications")
    assert "Edit services" not in notifications.text
    for verb in ("/delete", "/notifications", "/disable", ""):
        assert (await browser.send(page, f"{HERE}/{one.id}{verb}")).status_code == 403
