"""A tool is connected, and an app is let act, as people do it: in windows that the tools open."""

import json
from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.async_api import Page, expect

from tests.browser.drive import Visit
from tests.browser.site import PASSWORD, Site
from tests.browser.start import begin
from tocsin.auth.principal import Principal
from tocsin.domain.machines.oauth import App
from tocsin.usecases.machines import apps
from tocsin.usecases.machines.apps import Wish

BACK: Final = "https://tool.example.org/back"


async def register(site: Site) -> tuple[App, str | None]:
    wish = Wish(name="Eyes", redirect_uris=(BACK,), scopes=("openid", "read"), vendor_id="PTHOUSE")
    return await apps.create(site.house, wish, Principal(key_id=""), site.now)


async def sign_in(page: Page, email: str) -> None:
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()


def brought(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


@pytest.mark.parametrize(("width", "script"), [(360, False), (1440, True)])
async def test_a_tool_gets_a_key_that_opens_incidents(
    site: Site, visit: Visit, width: int, script: bool
) -> None:
    start, (app, _) = await begin(site), await register(site)
    link = urlencode({"app_id": app.id, "redirect_url": BACK, "version": 2, "state": "s"})
    page = await visit(f"/install/integration?{link}", width=width, java_script_enabled=script)
    await sign_in(page, start.ann.email)

    await expect(page.get_by_role("heading", level=1)).to_have_text("Connect Eyes")
    await page.get_by_label("A new service").check()
    await page.get_by_label("Name").fill("Web shop")
    await page.get_by_role("button", name="Finish integration").click()

    await page.wait_for_url(f"{BACK}?**")
    assert brought(page)["state"] == "s"
    [way] = json.loads(brought(page)["config"])["integration_keys"]
    await site.send(way["integration_key"], "The page is slow")
    await page.goto(f"{site.url}/incidents")
    await expect(page.get_by_role("link", name="The page is slow")).to_be_visible()


async def test_an_app_hears_of_a_yes_in_the_window_that_it_opened(site: Site, visit: Visit) -> None:
    start, (app, secret) = await begin(site), await register(site)
    asked = urlencode({"response_type": "code", "client_id": app.id, "redirect_uri": BACK})
    tool = await visit("/login")
    await tool.goto("https://tool.example.org/")
    async with tool.expect_popup() as opened:
        await tool.evaluate("url => void open(url)", f"{site.url}/oauth/authorize?{asked}")
    page = await opened.value
    await sign_in(page, start.ann.email)

    await expect(page.get_by_role("heading", level=1)).to_have_text("Let Eyes act for you?")
    await page.get_by_role("button", name="Allow").click()

    await page.wait_for_url(f"{BACK}?**")
    assert brought(page)["code"].startswith("tocsin_ac_")
    assert await page.evaluate("opener !== null")
    assert await page.evaluate("document.referrer") == ""

    given = {
        "grant_type": "authorization_code",
        "redirect_uri": BACK,
        "code": brought(page)["code"],
    }
    answer = await site.http.post("/oauth/token", data=given, auth=(app.id, secret or ""))
    token = answer.json()["access_token"]
    listed = await site.http.get("/incidents", headers={"authorization": f"Bearer {token}"})
    assert listed.json()["incidents"] == []
    assert (await site.http.get("/.well-known/openid-configuration")).status_code == 200
