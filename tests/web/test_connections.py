"""Signing in at another server: from a rule or a channel, through its pages, and back again."""

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from msgspec.structs import replace

from tests.envoys import Acquaintance
from tests.night import URL, Night
from tests.watching import environment
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tests.web.watching import channel, rule, send
from tocsin.domain.monitoring.alert_rule import AlertRule
from tocsin.domain.monitoring.environment import Environment
from tocsin.domain.monitoring.envoy import FarFault
from tocsin.domain.monitoring.far_server import FarServer
from tocsin.domain.monitoring.signal_making import FIRST
from tocsin.store.database import Database
from tocsin.usecases.monitoring import (
    alert_rules,
    connections,
    far_lines,
    far_servers,
    notification_channels,
    told,
)
from tocsin.usecases.parts import Part

FAR = "https://far.example.com"
SERVER = FarServer(base_url=FAR, client_id="PAPP", client_secret="s3cret-of-ours")
CONFIG = '{"integration_keys":[{"integration_key":"' + "k" * 32 + '","name":"Far shop","id":"P1"}]}'


@pytest.fixture
async def night(database: Database) -> Night:
    night = await Night.falls(database)
    night.house = replace(night.house, envoy=Acquaintance())
    return night


@pytest.fixture
async def env(night: Night) -> Environment:
    return await environment(night)


@pytest.fixture
async def watcher(night: Night, env: Environment) -> AlertRule:
    return await rule(night, env)


def envoy(night: Night) -> Acquaintance:
    assert isinstance(night.house.envoy, Acquaintance)
    return night.house.envoy


async def begins(browser: Browser, env: Environment, **goal: str) -> httpx.Response:
    """Press the button of the one server that is known."""
    path = f"/environments/{env.id}/connect"
    page = await browser.open(f"{path}?{urlencode(goal)}")
    return await browser.send(page, path, server=FAR, **goal)


async def answers(browser: Browser, leaving: httpx.Response, **said: str) -> httpx.Response:
    """Come back from the other server with its answer."""
    asked = parse_qs(urlsplit(leaving.headers["location"]).query)
    if "state" in asked:
        said["state"] = asked["state"][0]
    else:
        said |= {"trip": parse_qs(urlsplit(asked["redirect_url"][0]).query)["trip"][0]}
    return await browser.open(f"/connections/back?{urlencode(said)}")


async def test_a_server_is_added_and_its_secret_is_never_shown(
    browser: Browser, env: Environment, night: Night
) -> None:
    path = f"/environments/{env.id}/connect"
    assert "No server is known yet" in text_of(await browser.open(path))

    said = await send(
        browser, path, f"{path}/server",
        region="elsewhere", base_url=f"{FAR}/", client_id="PAPP", client_secret="s3cret-of-ours",
    )  # fmt: skip

    assert "far.example.com was saved. Now sign in there." in said
    assert await far_servers.find(night.house) == [SERVER]
    page = await browser.open(path)
    assert "s3cret-of-ours" not in page.text
    assert FAR in page.headers["content-security-policy"]
    assert "The server was forgotten." in await send(browser, path, f"{path}/forget", server=FAR)
    assert await far_servers.find(night.house) == []


async def test_a_server_that_is_not_whole_is_told_beside_its_fields(
    browser: Browser, env: Environment
) -> None:
    path = f"/environments/{env.id}/connect"
    page = await browser.open(path)

    refused = await browser.send(page, f"{path}/server", region="elsewhere", base_url="nowhere")

    assert refused.status_code == 400
    assert "Base URL must be an address" in text_of(refused)
    assert "Client ID cannot be blank" in text_of(refused)


async def test_from_a_rule_there_and_back_with_the_service_linked(
    browser: Browser, env: Environment, watcher: AlertRule, night: Night
) -> None:
    await far_servers.save(night.house, SERVER)
    tab = f"/alert_rules/{watcher.id}/notifications"
    assert f"/environments/{env.id}/connect?rule={watcher.id}" in (await browser.open(tab)).text

    leaving = await begins(browser, env, rule=watcher.id)
    assert leaving.headers["location"].startswith(f"{FAR}/oauth/authorize?")
    assert leaving.headers["referrer-policy"] == "no-referrer"
    choosing = await answers(browser, leaving, code="c0de", iss=FAR)
    assert choosing.headers["location"].startswith(f"{FAR}/install/integration?app_id=PAPP")
    arrived = await answers(browser, choosing, config=CONFIG)

    assert arrived.headers["location"] == tab
    page = await browser.open(tab)
    assert "Far shop is connected. What happens over there is heard from now on." in text_of(page)
    assert "k" * 32 not in page.text
    [made] = await notification_channels.find(night.house, env.id)
    assert (await alert_rules.get(night.house, watcher.id)).channel_ids == (made.id,)
    shown = text_of(await browser.open(f"/notification_channels/{made.id}"))
    assert "Signed in as ann@example.com, following the incidents of Far shop" in shown
    assert "No webhook has arrived yet: the other side is asked once a minute." in shown


async def test_services_of_the_same_name_are_told_apart(
    browser: Browser, env: Environment, night: Night
) -> None:
    await far_servers.save(night.house, replace(SERVER, signs_in=False))

    for _ in range(2):
        leaving = await begins(browser, env)
        assert leaving.headers["location"].startswith(f"{FAR}/install/integration?")
        await answers(browser, leaving, config=CONFIG)

    names = [one.name for one in await notification_channels.find(night.house, env.id)]
    assert names == ["Far shop", "Far shop 2"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"error": "access_denied"}, "whoever was asked over there did not want it."),
        ({"error": "server_error", "error_description": "<b>Oh"}, "The other side says: <b>Oh"),
        ({"code": "c", "iss": "https://evil.example.com"}, "came from https://evil.example.com"),
        ({"config": "nonsense"}, "did not say which service was chosen"),
        ({"config": '{"integration_keys":[]}'}, "did not say which service was chosen"),
        ({}, "did not say which service was chosen"),
    ],
)
async def test_an_answer_that_connects_nothing_is_told(
    browser: Browser, env: Environment, night: Night, said: dict[str, str], sentence: str
) -> None:
    await far_servers.save(night.house, SERVER)

    page = await answers(browser, await begins(browser, env), **said)

    assert page.status_code == 400
    assert sentence in text_of(page)
    assert "<b>Oh" not in page.text
    assert await notification_channels.find(night.house, env.id) == []


async def test_a_server_that_gives_no_tokens_connects_nothing(
    browser: Browser, env: Environment, night: Night
) -> None:
    await far_servers.save(night.house, SERVER)
    envoy(night).faults["swap"] = FarFault("far.example.com cannot be reached now.", "passing")

    page = await answers(browser, await begins(browser, env), code="c0de")

    assert "Nothing was connected: far.example.com cannot be reached now." in text_of(page)


async def test_an_answer_that_nobody_waits_for_connects_nothing(
    browser: Browser, env: Environment, night: Night
) -> None:
    await far_servers.save(night.house, SERVER)
    await begins(browser, env)

    page = await browser.open("/connections/back?state=guessed&code=c0de")

    assert page.status_code == 400
    assert "this answer belongs to no sign-in" in text_of(page)


async def test_a_channel_that_tells_is_signed_in_and_disconnected(
    browser: Browser, env: Environment, night: Night
) -> None:
    await far_servers.save(night.house, SERVER)
    one = await channel(night, env)
    path = f"/notification_channels/{one.id}"
    assert f"/environments/{env.id}/connect?channel={one.id}" in (await browser.open(path)).text

    arrived = await answers(browser, await begins(browser, env, channel=one.id), code="c0de")
    assert arrived.headers["location"] == path
    shown = text_of(await browser.open(path))
    assert "Signed in as ann@example.com" in shown
    assert "Test Integration" in shown
    assert "Test resolve" not in shown  # it is looked up, and resolved by itself
    said = await send(browser, path, f"{path}/disconnect")

    assert "The channel tells on, and hears nothing any more." in said
    assert "what people do over there to its incidents changes nothing here" in said


async def test_a_token_connects_a_channel_or_is_refused(
    browser: Browser, env: Environment, night: Night
) -> None:
    one = await channel(night, env)
    form, path = f"/environments/{env.id}/connect?channel={one.id}", "/notification_channels"
    page = await browser.open(form)
    refused = await browser.send(page, f"{path}/{one.id}/token", token="", user_email="a@b.c")
    assert refused.status_code == 400
    assert "API token cannot be blank." in text_of(refused)

    said = await send(browser, form, f"{path}/{one.id}/token", token="u+token", user_email="")

    assert "The channel is connected." in said
    assert "u+token" not in said


async def test_a_channel_whose_access_is_gone_says_so(
    browser: Browser, env: Environment, night: Night
) -> None:
    one = await channel(night, env)
    await connections.give_token(night.house, one.id, "u+token", "", night.now)
    over = FarFault("It was taken back.", "over")
    await far_lines.note_fault(night.house, one.id, over, night.now)

    shown = text_of(await browser.open(f"/notification_channels/{one.id}"))

    assert "The other side cannot be asked any more. It was taken back." in shown
    assert "Sign in with PagerDuty" in shown


async def test_an_initial_alert_is_sent_if_it_is_wanted(
    browser: Browser, env: Environment, night: Night
) -> None:
    within = f"/environments/{env.id}/channels"
    page = await browser.open(f"{within}/new/pagerduty?first=yes")
    assert 'name="first" value="yes" checked' in page.text

    await browser.send(
        page, within, kind="pagerduty", name="Atlas", key="k" * 32, region=URL, first="yes"
    )

    [made] = await notification_channels.find(night.house, env.id)
    [planned] = await told.find(night.house, made.id, Part(limit=5))
    assert (planned.kind, planned.subject[FIRST]) == ("trigger", True)


async def test_who_may_not_manage_connects_nothing(
    visitor: Visitor, resident: Resident, env: Environment, night: Night
) -> None:
    one = await channel(night, env)
    observer = await visitor(await resident("Olive", role="observer"))

    assert (await observer.open(f"/environments/{env.id}/connect")).status_code == 403
    shown = await observer.open(f"/notification_channels/{one.id}")
    assert "Sign in with PagerDuty" not in shown.text
    refused = await observer.send(shown, f"/notification_channels/{one.id}/token", token="t")
    assert refused.status_code == 403


async def test_what_is_not_there_cannot_be_connected(browser: Browser, env: Environment) -> None:
    path = f"/environments/{env.id}/connect"

    assert (await browser.open("/environments/PGONE/connect")).status_code == 404
    assert (await browser.open(f"{path}?rule=PGONE")).status_code == 404
    assert (await browser.open(f"{path}?channel=PGONE")).status_code == 404
    page = await browser.open(path)
    assert (await browser.send(page, path, server="https://unknown.example.com")).status_code == 404
