"""A browser lets itself be rung, is pushed a page, and answers it while no page of it is open."""

import asyncio
import json
from typing import Any

from playwright.async_api import Page, Worker, expect

from tests.browser.drive import Visit
from tests.browser.site import Site
from tests.browser.start import Start, begin, watch
from tests.hook import Hook
from tests.standins.push_browser import PushBrowser
from tocsin.domain.response.incident import Incident
from tocsin.store.response import incidents
from tocsin.usecases.reaching import devices

# The browser's own push service is somewhere in the world: ours stands in for it.
SUBSCRIBE = """
PushManager.prototype.subscribe = async function (options) {
  localStorage.setItem("asked", JSON.stringify(options));
  return SUBSCRIPTION;
};
"""
SHOWN = """
async () => {
  const there = await (await navigator.serviceWorker.ready).getNotifications();
  return there.map(({ title, body, actions }) => ({ title, body, actions }));
}
"""
PRESS = """
async (action) => {
  const [notification] = await registration.getNotifications();
  const press = new NotificationEvent("notificationclick", { notification, action });
  self.dispatchEvent(press);
}
"""


async def added(page: Page, phone: PushBrowser, hook: Hook) -> Worker:
    """Add the browser in which a page is open, and return its service worker."""
    await page.context.grant_permissions(["notifications"])
    script = SUBSCRIBE.replace("SUBSCRIPTION", phone.subscription(hook.url))
    await page.context.add_init_script(script)
    await page.reload()
    await page.get_by_label("Label").fill("Ann's laptop")
    await page.get_by_role("button", name="Ring on this device").click()
    await expect(page.get_by_text("Ann's laptop was added")).to_be_visible()
    [worker] = page.context.service_workers
    return worker


async def deliver(page: Page, told: dict[str, Any]) -> list[dict[str, Any]]:
    """Do as the browser does when its push service has a message for it, and see what it shows."""
    session = await page.context.new_cdp_session(page)
    found: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def note(event: dict[str, Any]) -> None:
        for registration in event["registrations"]:
            if not found.done():
                found.set_result(registration["registrationId"])

    session.on("ServiceWorker.workerRegistrationUpdated", note)
    await session.send("ServiceWorker.enable")
    registration = await asyncio.wait_for(found, 10)
    origin = "/".join(page.url.split("/")[:3])
    pushed = {"origin": origin, "registrationId": registration, "data": json.dumps(told)}
    for _ in range(10):  # a busy Chromium loses some; a second one takes the place of the first
        await session.send("ServiceWorker.deliverPushMessage", pushed)
        for _ in range(100):
            if shown := await page.evaluate(SHOWN):
                return list(shown)
            await asyncio.sleep(0.05)
    raise AssertionError("Nothing is shown.")


async def pushed(site: Site, start: Start, hook: Hook, phone: PushBrowser) -> dict[str, Any]:
    """Let something break, and return what the push service was handed for the browser."""
    await site.send(await watch(site, start, "Checkout"), "Payments fail")
    for _ in range(200):
        if hook.heard:
            break
        await asyncio.sleep(0.05)
    return phone.read(hook.heard[0]).told


async def the_incident(site: Site) -> Incident:
    async with site.house.database.read() as tx:
        found = await incidents.get(tx, "1")
    assert found
    return found


async def until(site: Site, status: str) -> Incident:
    for _ in range(200):
        if (incident := await the_incident(site)).status == status:
            return incident
        await asyncio.sleep(0.05)
    raise AssertionError(f"The incident is still {incident.status}.")


async def test_a_page_is_shown_and_acknowledged_from_its_button(
    site: Site, visit: Visit, hook: Hook
) -> None:
    start, phone = await begin(site), PushBrowser()
    page = await visit(f"/users/{start.ann.id}/devices/new", start.ann)
    worker = await added(page, phone, hook)
    asked = json.loads(await page.evaluate("localStorage.getItem('asked')"))
    assert asked == {
        "userVisibleOnly": True,
        "applicationServerKey": devices.public_key(site.house),
    }

    told = await pushed(site, start, hook, phone)
    [shown] = await deliver(page, told)

    assert shown["title"] == told["title"]
    assert [one["title"] for one in shown["actions"]] == ["Acknowledge", "Resolve"]
    await worker.evaluate(PRESS, "acknowledge")
    incident = await until(site, "acknowledged")
    assert [a.by.id for a in incident.acknowledgements] == [start.ann.id]
    await expect(page.get_by_text("Ann's laptop", exact=True).first).to_be_visible()


async def test_without_a_server_what_was_pressed_is_not_lost_unseen(
    site: Site, visit: Visit, hook: Hook
) -> None:
    start, phone = await begin(site), PushBrowser()
    page = await visit(f"/users/{start.ann.id}/devices/new", start.ann)
    worker = await added(page, phone, hook)
    told = await pushed(site, start, hook, phone)
    await deliver(page, told | {"token": "wrong/../../nowhere"})

    await worker.evaluate(PRESS, "acknowledge")

    for _ in range(400):
        shown = await page.evaluate(SHOWN)
        if shown and shown[0]["body"] == told["unsent"]:
            break
        await asyncio.sleep(0.05)
    assert shown[0]["body"] == told["unsent"]
    assert [one["title"] for one in shown[0]["actions"]] == ["Acknowledge", "Resolve"]
    assert (await the_incident(site)).status == "triggered"


async def test_a_tap_where_there_are_no_buttons_leads_to_a_page_that_has_them(
    site: Site, visit: Visit, hook: Hook
) -> None:
    start, phone = await begin(site), PushBrowser()
    page = await visit(f"/users/{start.ann.id}/devices/new", start.ann)
    await added(page, phone, hook)
    told = await pushed(site, start, hook, phone)

    stranger = await visit(told["url"], width=360)
    await stranger.get_by_role("button", name="Acknowledge").click()

    await expect(stranger.get_by_role("status")).to_contain_text("Payments fail")
    await until(site, "acknowledged")


async def test_a_browser_that_says_no_is_told_where_to_allow_it(site: Site, visit: Visit) -> None:
    start = await begin(site)
    page = await visit(f"/users/{start.ann.id}/devices/new", start.ann)

    await page.get_by_role("button", name="Ring on this device").click()

    await expect(page.get_by_role("alert")).to_contain_text("Allow them in the browser's settings")
