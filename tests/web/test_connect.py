"""Connecting a tool: a service is chosen or made, and the tool gets the key, alone and once."""

import json
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.api.oauth.apps import ADMIN, BACK
from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.intake.service import Service
from tocsin.domain.machines.oauth import App
from tocsin.kit.sealing import digest
from tocsin.store.intake.integrations import INTEGRATIONS
from tocsin.store.intake.services import SERVICES
from tocsin.usecases.intake import services
from tocsin.usecases.machines import apps
from tocsin.usecases.machines.apps import Wish


@pytest.fixture
async def tool(night: Night) -> App:
    wish = Wish(name="Eyes <b>", redirect_uris=(BACK,), vendor_id="PTHOUSE")
    tool, _ = await apps.create(night.house, wish, ADMIN, night.now)
    return tool


def link(tool: App, **asked: str | None) -> str:
    usual = {"app_id": tool.id, "redirect_url": BACK, "version": "2", "state": "s&1"}
    return urlencode({name: value for name, value in (usual | asked).items() if value is not None})


async def answered(
    browser: Browser, tool: App, asked: dict[str, str | None] | None = None, **fields: str
) -> httpx.Response:
    question = link(tool, **(asked or {}))
    page = await browser.open(f"/install/integration?{question}")
    form = {"answer": "finish"} | fields
    return await browser.send(page, f"/install/integration/answer?{question}", **form)


def handed(answer: httpx.Response) -> Any:
    assert answer.status_code == 303, text_of(answer)
    return json.loads(httpx.URL(answer.headers["location"]).params["config"])


async def test_an_existing_service_is_connected(browser: Browser, tool: App, night: Night) -> None:
    service = night.team.service

    answer = await answered(browser, tool, service=service.id)

    config = handed(answer)
    key = config["integration_keys"][0].pop("integration_key")
    assert config == {
        "integration_keys": [{"name": service.name, "id": service.id, "type": "service"}],
        "account": {"subdomain": "oncall", "name": "Tocsin", "Name": "Tocsin"},
    }
    assert httpx.URL(answer.headers["location"]).params["state"] == "s&1"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert key not in answer.text
    async with night.database.read() as tx:
        [made] = await INTEGRATIONS.select(tx, INTEGRATIONS.c.key_hash == digest(key))
    assert made.vendor_id == "PTHOUSE"
    assert made.name == f"thousandeyes-{'-'.join(service.name.split())}"


async def test_alerts_arrive_with_the_key(browser: Browser, tool: App, night: Night) -> None:
    config = handed(await answered(browser, tool, service=night.team.service.id))

    [incident] = await night.trigger("Disk", key=config["integration_keys"][0]["integration_key"])

    assert incident.service_id == night.team.service.id


async def test_a_new_service_is_made_and_connected(
    browser: Browser, tool: App, night: Night
) -> None:
    policy = night.team.policy.id

    config = handed(
        await answered(browser, tool, service="new", name="Web shop", escalation_policy=policy)
    )

    async with night.database.read() as tx:
        made = await SERVICES.get(tx, config["integration_keys"][0]["id"])
    assert made is not None
    assert (made.name, made.escalation_policy_id) == ("Web shop", policy)


async def test_a_name_alone_means_a_new_service(browser: Browser, tool: App, night: Night) -> None:
    answer = await answered(browser, tool, name="Web", escalation_policy=night.team.policy.id)

    assert handed(answer)["integration_keys"][0]["name"] == "Web"


@pytest.mark.parametrize(
    ("fields", "status", "sentence"),
    [
        ({}, 400, "Service must be chosen, or a new one named."),
        ({"service": "new", "name": " "}, 400, "Service must be chosen, or a new one named."),
        ({"service": "new", "name": "Web"}, 400, "Escalation policy"),
        ({"service": "PGONE"}, 400, "Service PGONE was not found."),
    ],
)
async def test_what_cannot_be_connected_is_told_on_the_page(
    browser: Browser, tool: App, fields: dict[str, str], status: int, sentence: str
) -> None:
    page = await answered(browser, tool, None, **fields)

    assert page.status_code == status
    assert sentence.lower() in text_of(page).lower()
    assert "Finish integration" in page.text


async def test_a_taken_name_makes_no_second_service(
    browser: Browser, tool: App, night: Night
) -> None:
    policy, name = night.team.policy.id, night.team.service.name

    page = await answered(browser, tool, service="new", name=name, escalation_policy=policy)

    assert page.status_code == 400
    assert f'value="{name}"' in page.text


async def test_who_declines_sends_the_tool_away_with_nothing(
    browser: Browser, tool: App, night: Night
) -> None:
    answer = await answered(browser, tool, answer="decline", service=night.team.service.id)

    told = httpx.URL(answer.headers["location"]).params
    assert (told["error"], told["state"]) == ("access_denied", "s&1")
    assert "config" not in told
    async with night.database.read() as tx:
        assert await INTEGRATIONS.count(tx, INTEGRATIONS.c.vendor_id == "PTHOUSE") == 0


async def test_what_the_tool_added_to_its_address_comes_back(
    browser: Browser, tool: App, night: Night
) -> None:
    asked: dict[str, str | None] = {"redirect_url": f"{BACK}?workspace=7&state=mine", "state": None}

    answer = await answered(browser, tool, asked, service=night.team.service.id)

    told = httpx.URL(answer.headers["location"]).params
    assert (told["workspace"], told["state"]) == ("7", "mine")


async def test_an_app_with_one_address_need_not_say_it(browser: Browser, tool: App) -> None:
    page = await browser.open(f"/install/integration?{link(tool, redirect_url=None)}")
    other = await browser.open(
        f"/install/integration?{link(tool, redirect_url=None, redirect_uri=BACK)}"
    )

    assert (page.status_code, other.status_code) == (200, 200)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example.net/back",
        "https://app.example.org/back/",
        "https://app.example.org/back/..//steal",
        "https://app.example.org:8443/back",
        "https://app.example.org./back",
        "https://user@app.example.org/back",
        "https://app.example.org@evil.example.net/back",
        "https://app.example.org/back#config",
        "http://app.example.org/back",
        "javascript:alert(1)//https://app.example.org/back",
    ],
)
async def test_a_key_goes_to_no_address_that_is_not_registered(
    browser: Browser, tool: App, night: Night, address: str
) -> None:
    page = await browser.open(f"/install/integration?{link(tool, redirect_url=address)}")
    assert page.status_code == 400
    assert "not registered for Eyes" in text_of(page)

    settings = await browser.open("/settings")
    question = link(tool, redirect_url=address)
    answer = await browser.send(
        settings,
        f"/install/integration/answer?{question}",
        answer="finish",
        service=night.team.service.id,
    )
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize("name", ["config", "error", "state"])
async def test_an_address_says_nothing_in_the_name_of_the_answer(
    browser: Browser, tool: App, name: str
) -> None:
    asked = link(tool, redirect_url=f"{BACK}?{name}=x")

    page = await browser.open(f"/install/integration?{asked}")

    assert page.status_code == 400
    assert f"gives a value to what only the answer may say: {name}." in text_of(page)


async def test_an_unknown_app_connects_nothing(browser: Browser, tool: App) -> None:
    page = await browser.open(f"/install/integration?{link(tool, app_id='PNOBODY')}")

    assert page.status_code == 400
    assert "No app is known here under this app_id" in text_of(page)


async def test_a_form_from_another_site_connects_nothing(
    browser: Browser, tool: App, night: Night
) -> None:
    answer = await browser.http.post(
        f"/install/integration/answer?{link(tool)}",
        data={"answer": "finish", "service": night.team.service.id},
    )

    assert answer.status_code == 403


@pytest.mark.parametrize("role", ["limited_user", "observer"])
async def test_only_who_manages_services_connects_tools(
    visitor: Visitor, resident: Resident, tool: App, role: str
) -> None:
    browser = await visitor(await resident("Eve", role=role))

    assert (await browser.open(f"/install/integration?{link(tool)}")).status_code == 403


async def test_who_is_not_signed_in_signs_in_first_and_comes_back(
    visitor: Visitor, tool: App, resident: Resident
) -> None:
    stranger = await visitor()
    address = f"/install/integration?{link(tool)}"

    door = await stranger.open(address)

    onward = httpx.URL(door.headers["location"]).params["next"]
    let_in = await stranger.sign_in(await resident("Dave"), next=onward)
    assert let_in.headers["location"] == address
    assert "Eyes <b> asks to send its alerts here." in text_of(await stranger.open(address))


async def test_many_services_are_searched(browser: Browser, tool: App, night: Night) -> None:
    policy = night.team.policy.id
    for number in range(15):
        wish = services.Wish(name=f"Shop {number:02}", escalation_policy_id=policy)
        await services.create(night.house, wish, night.now)

    page = await browser.open(f"/install/integration?{link(tool)}")
    assert "There are more: search for them by name." in text_of(page)
    assert f'name="app_id" value="{tool.id}"' in page.text

    found = await browser.open(f"/install/integration?{link(tool)}&q=shop+14")
    assert "Shop 14" in found.text
    assert "Shop 00" not in found.text
    nothing = await browser.open(f"/install/integration?{link(tool)}&q=bakery")
    assert "No service is called like “bakery”." in text_of(nothing)


async def test_an_app_of_no_vendor_takes_events(browser: Browser, night: Night) -> None:
    wish = Wish(name="Home Grown", redirect_uris=(BACK,))
    tool, _ = await apps.create(night.house, wish, ADMIN, night.now)
    service: Service = night.team.service

    config = handed(await answered(browser, tool, service=service.id))

    key = config["integration_keys"][0]["integration_key"]
    async with night.database.read() as tx:
        [made] = await INTEGRATIONS.select(tx, INTEGRATIONS.c.key_hash == digest(key))
    assert (made.vendor_id, made.kind) == (None, "events_api_v2_inbound_integration")
    assert made.name.startswith("home-grown-")
