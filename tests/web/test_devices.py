"""Devices add themselves: the page, what comes of it, and a browser that has moved."""

import json

import msgspec
import pytest

from tests.channels.test_web_push import page as push
from tests.hook import Hook
from tests.night import Night
from tests.standins.push_browser import PushBrowser
from tests.web.conftest import Browser, Visitor, text_of
from tocsin.channels.web_push import WebPush
from tocsin.domain.people.user import ContactMethod, User
from tocsin.kit.http import Outbound, make_client
from tocsin.kit.vapid import vapid_of
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.people import contact_methods, users
from tocsin.usecases.people.users import Known
from tocsin.usecases.reaching import devices

ENDPOINT = "https://push.example.com/m/one"
ANDROID = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36"


@pytest.fixture(autouse=True)
def channels(night: Night) -> None:
    """Let devices be reached."""
    carried = frozenset({"email", "push_notification"})
    night.house = msgspec.structs.replace(night.house, channels=carried)


async def known(night: Night, user: User) -> Known:
    return await users.get(night.house, user.id)


async def pushes(night: Night, user: User) -> list[ContactMethod]:
    return [one for one in (await known(night, user)).methods if one.kind == "push_notification"]


async def add(browser: Browser, user: User, subscription: str, **fields: str) -> str:
    page = await browser.open(f"/users/{user.id}/devices/new")
    given = {"label": "My phone", "use": "high", "subscription": subscription} | fields
    answer = await browser.send(page, f"/users/{user.id}/devices", **given)
    shown = await browser.open(answer.headers["location"]) if answer.is_redirect else answer
    return text_of(shown)


async def test_the_page_names_the_browser_and_says_what_telephones_need(
    night: Night, browser: Browser, carol: User
) -> None:
    browser.http.headers["user-agent"] = ANDROID
    person = await browser.open(f"/users/{carol.id}")
    assert f'href="/users/{carol.id}/devices/new"' in person.text

    page = await browser.open(f"/users/{carol.id}/devices/new")

    assert 'value="Chrome on Android"' in page.text
    assert devices.public_key(night.house) in page.text
    assert "Add to Home Screen" in text_of(page)


async def test_a_device_that_adds_itself_is_paged_at_once(
    night: Night, browser: Browser, carol: User
) -> None:
    shown = await add(browser, carol, PushBrowser().subscription(ENDPOINT))

    assert "My phone was added: Tocsin rings on it now." in shown
    [method] = await pushes(night, carol)
    assert method.address.startswith("push.example.com ")
    assert method.proven_at
    assert ENDPOINT not in shown
    rules = [r for r in (await known(night, carol)).rules if r.contact_method_id == method.id]
    assert [(rule.urgency, rule.delay_minutes) for rule in rules] == [("high", 0)]


async def test_what_was_sealed_for_a_device_reaches_it(
    night: Night, browser: Browser, carol: User, hook: Hook
) -> None:
    phone = PushBrowser()
    await add(browser, carol, phone.subscription(hook.url))
    [method] = await pushes(night, carol)
    assert method.sealed
    address = night.house.sealer.open(method.sealed)

    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        channel = WebPush(http, night.house.clock, vapid_of(night.house.sealer))
        assert (await channel.send(push(), address)).ok

    told = phone.read(hook.heard[0]).told
    assert told["title"] == "#12 Disk full on db-1"


async def test_a_device_that_adds_itself_again_is_made_good_and_not_doubled(
    night: Night, browser: Browser, carol: User
) -> None:
    await add(browser, carol, PushBrowser().subscription(ENDPOINT))
    [before] = await pushes(night, carol)
    await add(browser, carol, PushBrowser().subscription(ENDPOINT), label="Work phone")

    [after] = await pushes(night, carol)
    assert (after.id, after.label) == (before.id, "Work phone")
    assert after.sealed != before.sealed
    assert len((await known(night, carol)).rules) == 3


@pytest.mark.parametrize(("use", "count"), [("both", 2), ("none", 0), ("nonsense", 0)])
async def test_it_is_used_when_its_owner_wants(
    night: Night, browser: Browser, carol: User, use: str, count: int
) -> None:
    await add(browser, carol, PushBrowser().subscription(ENDPOINT), use=use)

    assert len((await known(night, carol)).rules) == 2 + count


async def test_what_no_browser_wrote_is_refused_in_one_sentence(
    night: Night, browser: Browser, carol: User
) -> None:
    assert "This is no push subscription." in await add(browser, carol, "")
    good = PushBrowser().subscription(ENDPOINT)
    assert "Label cannot be blank." in await add(browser, carol, good, label=" ")
    assert await pushes(night, carol) == []


async def test_nobody_adds_a_device_to_somebody_else(
    night: Night, visitor: Visitor, carol: User
) -> None:
    browser = await visitor(carol)
    ann = night.team.ann

    page = await browser.open(f"/users/{carol.id}/devices/new")
    answer = await browser.send(page, f"/users/{ann.id}/devices", label="x", subscription="{}")

    assert answer.status_code == 403
    assert (await browser.open(f"/users/{ann.id}/devices/new")).status_code == 403
    assert (await (await visitor()).open(f"/users/{ann.id}/devices/new")).is_redirect


async def test_a_label_is_changed_and_the_address_is_not(
    night: Night, browser: Browser, carol: User
) -> None:
    await add(browser, carol, PushBrowser().subscription(ENDPOINT))
    [method] = await pushes(night, carol)

    wish = contact_methods.Wish(label="Tablet")
    changed = await contact_methods.change(night.house, carol.id, method.id, wish)
    assert (changed.label, changed.sealed) == ("Tablet", method.sealed)
    with pytest.raises(Invalid, match="devices add themselves"):
        other = contact_methods.Wish(address="push.example.com 0000000000000000")
        await contact_methods.change(night.house, carol.id, method.id, other)


async def test_the_form_of_a_device_changes_its_label(
    night: Night, browser: Browser, carol: User
) -> None:
    await add(browser, carol, PushBrowser().subscription(ENDPOINT))
    [method] = await pushes(night, carol)
    path = f"/users/{carol.id}/contact_methods/{method.id}"

    page = await browser.open(f"{path}/edit")
    given = {"kind": method.kind, "label": "Tablet", "address": method.address}
    assert (await browser.send(page, path, **given)).status_code == 303

    [changed] = await pushes(night, carol)
    assert (changed.label, changed.sealed) == ("Tablet", method.sealed)


async def test_a_browser_that_moved_is_followed(
    night: Night, browser: Browser, carol: User
) -> None:
    phone = PushBrowser()
    await add(browser, carol, phone.subscription(ENDPOINT))
    [before] = await pushes(night, carol)

    await devices.renew(night.house, ENDPOINT, phone.subscription(f"{ENDPOINT}/moved"))

    [after] = await pushes(night, carol)
    assert (after.id, after.label) == (before.id, before.label)
    assert after.sealed
    opened = json.loads(night.house.sealer.open(after.sealed))
    assert opened["endpoint"] == f"{ENDPOINT}/moved"
    for wrong in (ENDPOINT, f"{ENDPOINT}/other"):
        with pytest.raises(NotFound):
            await devices.renew(night.house, wrong, phone.subscription(ENDPOINT))
    with pytest.raises(Invalid):
        await devices.renew(night.house, "nowhere", phone.subscription(ENDPOINT))


async def test_the_worker_is_there_for_everybody_and_never_old(visitor: Visitor) -> None:
    answer = await (await visitor()).open("/service-worker.js")

    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "notificationclick" in answer.text
