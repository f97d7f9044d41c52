"""The pages of agents: added with a key that is shown once, heard or silent, and taken away."""

import re
from datetime import timedelta
from typing import Final

from tests.night import Night
from tests.watching import environment
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tests.web.watching import monitor, send
from tocsin.usecases.monitoring import agents

HERE: Final = "/agents"
HOSTILE: Final = "<script>alert(1)</script>"


async def heard(night: Night, key: str) -> None:
    assert await agents.identify(
        night.house, key, version="1.2", address="192.0.2.7", now=night.now
    )


async def test_an_agent_is_added_and_its_key_shown_once(browser: Browser, night: Night) -> None:
    assert "There is no agent yet." in text_of(await browser.open(HERE))

    page = await browser.send(await browser.open(f"{HERE}/new"), HERE, name="Vienna")

    found = re.search(r"TOCSIN_AGENT_KEY=([\w+-]+) tocsin agent", text_of(page))
    assert found
    await heard(night, found[1])
    [agent] = await agents.find(night.house)
    assert found[1] not in (await browser.open(f"{HERE}/{agent.id}")).text
    assert "Heard" in text_of(await browser.open(HERE))


async def test_a_name_is_needed_and_may_be_taken(browser: Browser, night: Night) -> None:
    await agents.create(night.house, "Vienna", night.now)
    form = await browser.open(f"{HERE}/new")

    assert "Name has already been taken." in text_of(await browser.send(form, HERE, name="vienna"))
    assert (await browser.send(form, HERE, name="")).status_code == 400


async def test_silence_is_shown(browser: Browser, night: Night) -> None:
    agent, key = await agents.create(night.house, HOSTILE, night.now)
    page = await browser.open(HERE)
    assert HOSTILE not in page.text
    assert "Not heard yet" in text_of(page)
    await heard(night, key)

    night.passes(minutes=5)

    text = text_of(await browser.open(f"{HERE}/{agent.id}"))
    assert "Silent" in text
    assert "1.2" in text
    assert agents.is_silent(agent, night.now + timedelta(hours=1))


async def test_an_agent_is_renamed_and_given_another_key(browser: Browser, night: Night) -> None:
    agent, key = await agents.create(night.house, "Vienna", night.now)
    path = f"{HERE}/{agent.id}"

    assert "The agent was renamed." in await send(browser, f"{path}/edit", path, name="Graz")
    assert "400 " in await send(browser, f"{path}/edit", path, name="")
    said = await send(browser, path, f"{path}/renew")

    assert "The old key opens nothing any more" in said
    assert await agents.identify(night.house, key, version="", address="", now=night.now) is None


async def test_an_agent_that_measures_stays(browser: Browser, night: Night) -> None:
    agent, _ = await agents.create(night.house, "Vienna", night.now)
    await monitor(night, await environment(night), agent_ids=(agent.id,))
    path = f"{HERE}/{agent.id}"
    page = await browser.open(path)

    assert "Shop" in text_of(page)
    assert f"{path}/delete" not in page.text
    answer = await browser.send(page, f"{path}/delete")
    assert answer.status_code == 409
    assert "Agent cannot be deleted while monitors are measured by it: Shop." in text_of(answer)


async def test_an_agent_is_deleted(browser: Browser, night: Night) -> None:
    agent, _ = await agents.create(night.house, "Vienna", night.now)
    path = f"{HERE}/{agent.id}"

    assert "The agent was deleted" in await send(browser, path, f"{path}/delete")
    assert await agents.find(night.house) == []


async def test_whoever_only_looks_changes_nothing(
    visitor: Visitor, resident: Resident, night: Night
) -> None:
    agent, _ = await agents.create(night.house, "Vienna", night.now)
    browser = await visitor(await resident("Olga", role="observer"))
    page = await browser.open(f"{HERE}/{agent.id}")

    assert "New key" not in page.text
    for path in (HERE, f"{HERE}/{agent.id}/renew", f"{HERE}/{agent.id}/delete"):
        assert (await browser.send(page, path, name="x")).status_code == 403
