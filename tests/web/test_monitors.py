"""The pages of monitors: listed worst first, made for each kind, looked at, and taken away."""

import pytest

from tests.night import Night
from tests.watching import environment, monitor_now
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tests.web.watching import BROKEN, FINE, channel, follow, measure, monitor, rule, send
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT
from tocsin.domain.monitoring.monitor import Heartbeat, Http, PageWalk, Step
from tocsin.usecases.monitoring import agents, alert_rules, environments, monitors, violations
from tocsin.usecases.parts import Part
from tocsin.web.monitoring.kinds import KINDS

HERE = "/monitors"
HOSTILE = "<script>alert(1)</script>"


async def only(night: Night) -> monitors.Watched:
    [watched] = await monitors.find(night.house)
    return watched


async def test_an_empty_list_begins_with_one_click(browser: Browser) -> None:
    page = await browser.open(HERE)

    assert "Nothing is watched yet." in text_of(page)
    assert 'href="/monitors/new"' in page.text


async def test_a_monitor_leads_to_what_is_active_there_and_says_who_has_it(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    await rule(night, env)
    one = await monitor(night, env)
    await measure(night, one, BROKEN)
    [found], _ = await violations.find(night.house, Part(limit=1))
    path = f"/monitors/{one.id}"
    button = f'<a class="button" href="/violations/{found.id}">Violation #{found.number}'

    assert f"{button}</a>" in (await browser.open(path)).text
    await violations.acknowledge(night.house, found.id, by="Ann", now=night.now)
    assert f"{button}: Ann has it</a>" in (await browser.open(path)).text
    night.passes(minutes=1)
    await measure(night, one, FINE)
    assert button not in (await browser.open(path)).text


async def test_the_worst_stands_first_and_each_says_how_it_stands(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    good = await monitor(night, env, "A good one")
    bad = await monitor(night, env, "Z bad one")
    await monitor(night, env, "Not looked at")
    await measure(night, good, FINE)
    await measure(night, bad, FINE, BROKEN)

    text = text_of(await browser.open(HERE))

    assert text.index("Z bad one") < text.index("Not looked at") < text.index("A good one")
    assert "Failing Answered 500" in text
    assert "12 ms" in text


async def test_rounds_are_told_in_words(browser: Browser, night: Night) -> None:
    one = await monitor(night, await environment(night))
    await measure(night, one, FINE, BROKEN, FINE)

    page = await browser.open(HERE)

    assert 'aria-label="1 of the last 3 rounds failed, the last 1 min ago."' in page.text
    assert page.text.count('class="round-bad"') == 1


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("q=shop", {"Shop"}),
        ("q=EXAMPLE.COM", {"Shop"}),
        ("kind=heartbeat", {"Backup"}),
        ("state=failing", {"Shop"}),
        ("state=waiting", {"Backup"}),
        ("state=paused", set()),
        ("environment=QX", set()),
    ],
)
async def test_the_list_is_narrowed(
    browser: Browser, night: Night, asked: str, shown: set[str]
) -> None:
    env = await environment(night)
    await measure(night, await monitor(night, env, "Shop"), BROKEN)
    await monitor(night, env, "Backup", Heartbeat(period=3600))

    page = await browser.open(f"{HERE}?{asked}")

    assert {name for name in ("Shop", "Backup") if f"data-row-link>{name}<" in page.text} == shown
    assert shown or "No monitor is like that." in text_of(page)


async def test_a_monitor_is_made_with_the_rule_that_speaks_of_it(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    told = await channel(night, env)

    said = await send(
        browser, f"{HERE}/new/http", HERE, kind="http", name="Shop", environment=env.id,
        url="https://shop.example.com/", statuses="200, 3xx", contains="Buy", headers="Accept: a",
        interval="60", timeout="5", retries="2", follow_redirects="yes", verify_certificate="yes",
        tell=["rule", told.id],
    )  # fmt: skip

    assert "The monitor was added. An alert rule speaks up when it fails." in said
    one = (await only(night)).monitor
    assert (one.name, one.timeout, one.retries) == ("Shop", 5, 2)
    assert monitors.target_of(night.house, one) == Http(
        url="https://shop.example.com/",
        statuses=("200", "3xx"),
        contains="Buy",
        headers={"Accept": "a"},
    )
    [made] = await alert_rules.find(night.house, env.id)
    assert (made.monitor_ids, made.channel_ids) == ((one.id,), (told.id,))


async def test_the_first_monitor_makes_the_first_environment(
    browser: Browser, night: Night
) -> None:
    said = await send(
        browser, f"{HERE}/new/heartbeat", HERE, kind="heartbeat", name="Backup", period="3600",
        grace="60", interval="60", timeout="10", retries="0",
    )  # fmt: skip

    assert "The monitor was added. No alert rule speaks of it by itself." in said
    assert [one.name for one in await environments.find(night.house)] == ["Production"]
    assert "/heartbeat/" in said
    assert "0 3 * * * /usr/local/bin/backup && curl -fsS -m 10 http" in said


async def test_a_first_monitor_that_is_refused_leaves_no_environment_behind(
    browser: Browser, night: Night
) -> None:
    said = await send(
        browser, f"{HERE}/new/heartbeat", HERE, kind="heartbeat", name=" ", period="3600",
        grace="60", interval="60", timeout="10", retries="0",
    )  # fmt: skip

    assert "Name cannot be blank." in said
    assert await environments.find(night.house) == []


async def test_a_monitor_without_an_environment_joins_the_first(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)

    await send(
        browser, f"{HERE}/new/heartbeat", HERE, kind="heartbeat", name="Backup", period="3600",
        grace="60", interval="60", timeout="10", retries="0", environment="",
    )  # fmt: skip

    assert (await only(night)).monitor.environment_id == env.id


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_has_a_form_that_makes_it(
    browser: Browser, night: Night, kind: str
) -> None:
    env = await environment(night)
    given = {
        "url": "https://example.com/", "host": "db.example.com", "port": "5432", "count": "3",
        "period": "3600", "grace": "60", "query": "up", "dsn": "postgresql://a:b@db.example.com/c",
        "url-0": "https://example.com/", "action-0": "open", "statuses": "2xx",
    }  # fmt: skip
    given |= {"name": "example.com", "interval": "60", "timeout": "9", "retries": "1"}

    said = await send(
        browser, f"{HERE}/new/{kind}?environment={env.id}", HERE, kind=kind, environment=env.id,
        **given,
    )  # fmt: skip

    assert "The monitor was added." in said
    assert (await only(night)).monitor.kind == kind


async def test_steps_are_added_moved_and_removed_without_script(
    browser: Browser, night: Night
) -> None:
    at = f"{HERE}/new/page"
    first = {"action-0": "open", "url-0": "https://example.com/here"}
    second = {"action-1": "submit", "url-1": "", "fields-1": "user=ann"}
    page = await browser.send(await browser.open(at), at, do="add", **first)

    assert 'name="url-1"' in page.text
    assert 'value="https://example.com/here"' in page.text
    moved = await browser.send(page, at, do="up-1", **first, **second)
    assert moved.text.index("user=ann") < moved.text.index("https://example.com/here")
    left = await browser.send(page, at, do="remove-0", **first, **second)
    assert 'name="url-1"' not in left.text
    assert "user=ann" in left.text
    again = await browser.send(page, at, do="remove-7", **first, **second)
    assert 'name="url-1"' in again.text


async def test_faults_stand_beside_their_fields_and_what_was_typed_stays(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    page = await browser.send(
        await browser.open(f"{HERE}/new/http"), HERE, kind="http", environment=env.id, name="",
        url="nowhere", interval="60", timeout="x", retries="1", contains=HOSTILE,
    )  # fmt: skip

    assert page.status_code == 400
    assert 'id="timeout-fault">Timeout must be a whole number.' in page.text
    page = await browser.send(
        page, HERE, kind="http", environment=env.id, name="", url="nowhere", interval="60",
        timeout="5", retries="1", contains=HOSTILE, statuses="2xx",
    )  # fmt: skip
    assert 'id="name-fault">Name' in page.text
    assert HOSTILE not in page.text
    assert await monitors.find(night.house) == []


@pytest.mark.parametrize("headers", ["no colon", ": no name"])
async def test_headers_that_are_none_are_refused(
    browser: Browser, night: Night, headers: str
) -> None:
    said = await send(
        browser, f"{HERE}/new/http", HERE, kind="http", name="Shop", url="https://example.com/",
        headers=headers, interval="60", timeout="5", retries="1",
    )  # fmt: skip

    assert "Headers must each be a name, a colon and a value." in said


async def test_secrets_are_not_shown_again_and_stay_if_they_are_left_empty(
    browser: Browser, night: Night
) -> None:
    target = Http(
        url="https://shop.example.com/",
        headers={"Authorization": "Bearer 4711", "Accept": "text/html"},
        username="ann",
        password="s3cret!",
    )
    one = await monitor(night, await environment(night), "Shop", target)
    path = f"{HERE}/{one.id}"
    page = await browser.open(f"{path}/edit")

    assert "4711" not in page.text
    assert "s3cret!" not in page.text
    said = await send(
        browser, f"{path}/edit", path, name="Shop", url=target.url, statuses="2xx",
        headers="Authorization:\nAccept: text/html", username="ann", password="",
        interval="120", timeout="10", retries="1", follow_redirects="yes", method="GET",
        verify_certificate="yes",
    )  # fmt: skip
    assert "The monitor was changed." in said
    changed = await monitor_now(night.house, one.id)
    assert changed.interval == 120
    assert monitors.target_of(night.house, changed) == target


async def test_a_walk_is_shown_in_its_form_without_its_passwords(
    browser: Browser, night: Night
) -> None:
    steps = (
        Step(url="https://example.com/login"),
        Step(action="submit", fields={"user": "ann", "password": "s3cret!"}),
    )
    one = await monitor(night, await environment(night), "Login", PageWalk(steps=steps))

    page = await browser.open(f"{HERE}/{one.id}/edit")
    redrawn = await browser.send(page, f"{HERE}/{one.id}/edit", do="add", name="Login")

    assert "user=ann\npassword=</textarea>" in page.text
    assert redrawn.status_code == 200
    assert (await monitor_now(night.house, one.id)) == one


async def test_a_monitor_is_paused_resumed_and_measured(browser: Browser, night: Night) -> None:
    one = await monitor(night, await environment(night))
    path = f"{HERE}/{one.id}"

    assert "It is being measured." in await send(browser, path, f"{path}/measure")
    assert (await monitor_now(night.house, one.id)).next_round == night.now
    assert "This monitor is paused." in await send(browser, path, f"{path}/pause")
    assert (await monitor_now(night.house, one.id)).paused
    assert "409 " in await send(browser, path, f"{path}/measure")
    assert "The monitor measures again." in await send(browser, path, f"{path}/resume")
    assert not (await monitor_now(night.house, one.id)).paused


@pytest.mark.parametrize("asked", ["", "?range=7d", "?range=30d", "?range=x"])
async def test_a_page_shows_what_was_measured_and_what_rules_made_of_it(
    browser: Browser, night: Night, asked: str
) -> None:
    env = await environment(night)
    one = await monitor(night, env)
    await rule(night, env)
    await measure(night, one, FINE, FINE, BROKEN)

    page = await browser.open(f"{HERE}/{one.id}{asked}")
    text = text_of(page)

    assert "Failing Answered 500" in text
    assert "On average 12 ms." in text
    assert "The server itself" in text
    assert 'class="plot-band"' in page.text
    assert "Errors" in text
    assert "Alarm, Errors, began" in text


async def test_nothing_measured_is_told_as_such(browser: Browser, night: Night) -> None:
    one = await monitor(night, await environment(night))

    text = text_of(await browser.open(f"{HERE}/{one.id}"))

    assert "Its first round is still to come." in text
    assert "Nothing was measured in that time." in text
    assert "No rule speaks of it: nobody is told when it fails." in text


async def test_a_monitor_is_deleted_with_what_it_measured(browser: Browser, night: Night) -> None:
    env = await environment(night)
    one = await monitor(night, env)
    await rule(night, env)
    await measure(night, one, BROKEN)
    path = f"{HERE}/{one.id}"

    assert "Its open violations are cleared" in text_of(await browser.open(path))
    assert "The monitor was deleted." in await send(browser, path, f"{path}/delete")
    assert await monitors.find(night.house) == []


async def test_agents_are_offered_where_there_are_some(browser: Browser, night: Night) -> None:
    agent, _ = await agents.create(night.house, "Vienna", night.now)
    env = await environment(night)

    assert "Vienna" in text_of(await browser.open(f"{HERE}/new/http"))
    await send(
        browser, f"{HERE}/new/tcp", HERE, kind="tcp", name="DB", environment=env.id,
        host="db.example.com", port="5432", interval="60", timeout="5", retries="0",
        agents=[BUILT_IN_AGENT, agent.id],
    )  # fmt: skip
    assert (await only(night)).monitor.agent_ids == (BUILT_IN_AGENT, agent.id)
    page = await browser.open(f"{HERE}/{(await only(night)).monitor.id}")
    assert "Vienna" in text_of(page)


async def test_whoever_only_looks_sees_no_button_and_no_address(
    visitor: Visitor, resident: Resident, night: Night
) -> None:
    env = await environment(night)
    one = await monitor(night, env, HOSTILE, Heartbeat(period=3600))
    browser = await visitor(await resident("Olga", role="observer"))
    page = await browser.open(f"{HERE}/{one.id}")

    assert HOSTILE not in page.text
    assert "alert(1)" in text_of(page)
    assert "/heartbeat/" not in page.text
    assert "Pause" not in text_of(page)
    assert "Add a monitor" not in text_of(await browser.open(HERE))
    answer = await browser.send(page, f"{HERE}/{one.id}/pause")
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/monitors/new/telepathy", "/monitors/QX", "/monitors/QX/edit"])
async def test_what_is_not_there_is_not_found(browser: Browser, path: str) -> None:
    assert (await browser.open(path)).status_code == 404


async def test_a_page_past_the_end_says_so(browser: Browser, night: Night) -> None:
    await monitor(night, await environment(night))

    assert "There is no page 3 of this list." in text_of(await browser.open(f"{HERE}?page=3"))


async def test_a_kind_is_chosen_first(browser: Browser) -> None:
    page = await browser.open(f"{HERE}/new?environment=Q1")

    for kind in KINDS:
        assert f'href="/monitors/new/{kind}?environment=Q1"' in page.text
    assert (await follow(browser, page)).startswith("200 ")
