"""The pages of environments: made, shown in parts, changed, and taken away with all they hold."""

import pytest

from tests.night import Night
from tests.watching import environment
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tests.web.watching import BROKEN, FINE, channel, measure, monitor, rule, send
from tocsin.usecases.monitoring import environments, notification_channels
from tocsin.web.monitoring import environments as pages

HERE = "/environments"
HOSTILE = "<script>alert(1)</script>"


async def test_an_environment_is_made_and_leads_to_its_monitors(
    browser: Browser, night: Night
) -> None:
    assert "There is no environment yet." in text_of(await browser.open(HERE))

    said = await send(browser, f"{HERE}/new", HERE, name="Production", description="The shop")

    assert "The environment was added." in said
    assert "Nothing is watched here yet." in said
    [made] = await environments.find(night.house)
    assert (made.name, made.description) == ("Production", "The shop")


async def test_a_name_that_is_taken_is_told_beside_its_field(
    browser: Browser, night: Night
) -> None:
    await environment(night)
    page = await browser.send(await browser.open(f"{HERE}/new"), HERE, name="production")

    assert page.status_code == 400
    assert 'id="name-fault">Name has already been taken.' in page.text
    assert 'value="production"' in page.text


async def test_the_list_counts_what_each_holds(browser: Browser, night: Night) -> None:
    env = await environment(night, HOSTILE)
    await rule(night, env)
    await measure(night, await monitor(night, env), BROKEN)

    page = await browser.open(HERE)

    assert HOSTILE not in page.text
    assert "1 monitor, 1 alert rule, 0 notification channels" in text_of(page)
    assert "1 active violation" in text_of(page)


async def test_its_address_leads_to_its_monitors_the_worst_first(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    await measure(night, await monitor(night, env, "A"), FINE)
    await measure(night, await monitor(night, env, "Z"), BROKEN)

    answer = await browser.open(f"{HERE}/{env.id}")
    page = await browser.open(answer.headers["location"])

    assert page.text.index("data-row-link>Z<") < page.text.index("data-row-link>A<")
    assert "Monitors 2" in text_of(page)


async def test_more_than_a_page_holds_are_one_click_away(
    browser: Browser, night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_SEEN", 1)
    env = await environment(night)
    for name in ("A", "B"):
        await monitor(night, env, name)

    page = await browser.open(f"{HERE}/{env.id}/monitors")

    assert "All 2 monitors of this environment" in text_of(page)
    assert f'href="/monitors?environment={env.id}"' in page.text


async def test_it_is_renamed_and_its_channels_hear_of_every_rule(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    told = await channel(night, env)
    path = f"{HERE}/{env.id}"

    said = await send(browser, f"{path}/settings", path, name="Shop", channels=told.id)

    assert "The environment was changed." in said
    assert (await environments.get(night.house, env.id)).channel_ids == (told.id,)
    assert "400 " in await send(browser, f"{path}/settings", path, name="")


async def test_the_card_of_pagerduty_is_configured_and_removed(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    settings = f"{HERE}/{env.id}/settings"
    page = await browser.open(settings)
    assert f'href="{HERE}/{env.id}/channels/new/pagerduty?first=yes"' in page.text

    told = await channel(night, env)
    page = await browser.open(settings)
    assert "Test Integration" in text_of(page)
    said = await send(browser, settings, f"/notification_channels/{told.id}/delete")

    assert "The channel was removed." in said
    assert await notification_channels.find(night.house, env.id) == []


async def test_an_environment_is_deleted(browser: Browser, night: Night) -> None:
    env = await environment(night)
    await monitor(night, env)
    path = f"{HERE}/{env.id}"

    assert "deleted, with all that it held" in await send(
        browser, f"{path}/settings", f"{path}/delete"
    )
    assert await environments.find(night.house) == []


async def test_one_whose_channels_wait_is_kept_and_says_why(browser: Browser, night: Night) -> None:
    env = await environment(night)
    await rule(night, env)
    await measure(night, await monitor(night, env), BROKEN)
    path = f"{HERE}/{env.id}"

    said = await send(browser, f"{path}/settings", f"{path}/delete")

    assert "400 " in said
    assert "Environment cannot be deleted while alert rules are violated at Shop" in said


async def test_whoever_only_looks_changes_nothing(
    visitor: Visitor, resident: Resident, night: Night
) -> None:
    env = await environment(night)
    browser = await visitor(await resident("Olga", role="observer"))
    page = await browser.open(f"{HERE}/{env.id}/settings")

    assert "Delete this environment" not in page.text
    assert "Configure" not in text_of(page)
    for path in (f"{HERE}/{env.id}", f"{HERE}/{env.id}/delete", HERE):
        assert (await browser.send(page, path, name="x")).status_code == 403


async def test_a_key_is_pasted_once_for_whole_environments(browser: Browser, night: Night) -> None:
    here = "/account/instant-notifications"
    env, other = await environment(night), await environment(night, "Staging")
    await channel(night, env, "PagerDuty")

    said = await send(browser, here, here, key=" " + "a" * 32, environments=[env.id, other.id])

    assert "The key was saved." in said
    assert "Production: PagerDuty 2" in said
    assert "Staging: PagerDuty" in said
    assert len((await environments.get(night.house, env.id)).channel_ids) == 1


async def test_a_key_without_an_environment_is_told_so(browser: Browser, night: Night) -> None:
    here = "/account/instant-notifications"
    await environment(night)

    assert "Environments must be at least one." in await send(browser, here, here, key="a" * 32)
    said = await send(browser, here, here, key="short", environments="QX")
    assert "400 " in said


async def test_a_key_alone_makes_the_first_environment(browser: Browser, night: Night) -> None:
    here = "/account/instant-notifications"

    assert "400 " in await send(browser, here, here, key="short")
    assert await environments.find(night.house) == []
    assert "Production: PagerDuty" in await send(browser, here, here, key="a" * 32)
