"""Webhooks: made with a secret shown once, changed, tried, and looked at in their log."""

import re
from typing import Final

import httpx
import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.machines.webhook import INCIDENT_EVENTS
from tocsin.store.machines.delivery_tables import deliveries, webhook_subscriptions

FORM: Final[dict[str, str | list[str]]] = {
    "url": "https://example.com/hook",
    "description": "To the chat",
    "events": list(INCIDENT_EVENTS),
    "filter": "account",
    "active": "yes",
}


async def make(browser: Browser, **fields: str | list[str]) -> httpx.Response:
    page = await browser.open("/webhooks/new")
    return await browser.send(page, "/webhooks", **(FORM | fields))


@pytest.fixture
async def path(browser: Browser) -> str:
    """The address of a webhook."""
    return path_on(await make(browser))


def path_on(page: httpx.Response) -> str:
    found = re.search(r'href="(/webhooks/P\w+)"', page.text)
    assert found, page.text
    return found[1]


async def test_a_webhook_is_made_and_its_secret_shown_once(browser: Browser) -> None:
    page = await make(browser, headers="Authorization: Bearer hush-hush")
    [secret] = re.findall(r'<code id="key">([\w-]{64})</code>', page.text)

    assert page.status_code == 201
    shown = await browser.open(path_on(page))
    assert secret not in shown.text
    assert "hush-hush" not in shown.text
    assert "Authorization: ••••" in text_of(shown)
    assert "To the chat https://example.com/hook 15 events of everything On" in text_of(
        await browser.open("/webhooks")
    )


async def test_a_webhook_hears_of_one_service(browser: Browser, night: Night) -> None:
    service = night.team.service

    page = await make(browser, filter="service", service=service.id)

    assert f"The service {service.name}" in text_of(await browser.open(path_on(page)))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"url": "nowhere"}, "URL must be an address such as"),
        ({"events": []}, "Events cannot be empty."),
        ({"filter": "team"}, "Filter must have an id"),
        ({"headers": "no header"}, "Headers must be lines such as"),
        ({"headers": "User-Agent: me"}, "Custom header User-Agent cannot be set"),
    ],
)
async def test_what_is_wrong_is_told(
    browser: Browser, fields: dict[str, str | list[str]], sentence: str
) -> None:
    page = await make(browser, **fields)

    assert page.status_code == 400
    assert sentence in text_of(page)
    assert 'value="To the chat"' in page.text


async def test_a_webhook_is_changed(browser: Browser, path: str) -> None:
    page = await browser.open(f"{path}/edit")
    changed: dict[str, str | list[str]]
    changed = {"description": "<script>", "events": ["incident.resolved"], "filter": "account"}

    answer = await browser.send(page, path, **changed)

    shown = await browser.open(answer.headers["location"])
    assert "&lt;script&gt;" in shown.text
    assert "State Off" in text_of(shown)
    assert "incident.resolved" in text_of(shown)
    assert "incident.triggered" not in text_of(shown)


async def test_a_wrong_change_is_told(browser: Browser, path: str) -> None:
    page = await browser.open(f"{path}/edit")

    answer = await browser.send(page, path, description="Again", filter="account")

    assert (answer.status_code, "Events cannot be empty." in text_of(answer)) == (400, True)


async def test_events_that_the_form_does_not_offer_stay(
    browser: Browser, path: str, night: Night
) -> None:
    events = ["incident.triggered", "incident.role.assigned"]
    await night.sql(sa.update(webhook_subscriptions).values(events=events))
    page = await browser.open(f"{path}/edit")

    await browser.send(page, path, events=["incident.resolved"], filter="account")

    async with night.database.read() as tx:
        kept = (await tx.execute(sa.select(webhook_subscriptions.c.events))).scalar_one()
    assert kept == ["incident.resolved", "incident.role.assigned"]


async def test_a_ping_stands_in_the_log(browser: Browser, path: str, night: Night) -> None:
    page = await browser.open(path)
    await browser.send(page, f"{path}/ping")
    over = {"status": "dropped", "due": None, "detail": "HTTP 410 Gone", "answer": "<b>gone</b>"}
    await night.sql(sa.update(deliveries).values(over))

    shown = await browser.open(path)
    assert "pagey.ping Dropped HTTP 410 Gone 0" in text_of(shown)
    [address] = re.findall(rf'href="({path}/deliveries/Q\w+)"', shown.text)
    delivery = await browser.open(address)
    assert "&lt;b&gt;gone&lt;/b&gt;" in delivery.text
    followed = f'data-watch="destination:{path.rpartition("/")[2]}"'
    assert followed in shown.text
    assert followed in delivery.text

    again = await browser.send(delivery, address)
    assert "It is sent once more." in text_of(await browser.open(again.headers["location"]))


async def test_a_disabled_webhook_is_enabled(browser: Browser, path: str, night: Night) -> None:
    until = night.passes(hours=1)
    night.passes(hours=-1)
    await night.sql(sa.update(webhook_subscriptions).values(disabled_until=until))
    page = await browser.open(path)
    assert "It hears nothing, and is enabled again in 1 h" in text_of(page)

    answer = await browser.send(page, f"{path}/enable")

    assert "State On" in text_of(await browser.open(answer.headers["location"]))


async def test_a_secret_is_renewed(browser: Browser, path: str) -> None:
    page = await browser.send(await browser.open(path), f"{path}/secret")

    assert re.search(r'<code id="key">[\w-]{64}</code>', page.text)
    assert "For a day, webhooks are signed with the secret before, too." in text_of(page)


async def test_a_webhook_is_deleted(browser: Browser, path: str) -> None:
    answer = await browser.send(await browser.open(path), f"{path}/delete")

    assert "No webhook yet." in text_of(await browser.open(answer.headers["location"]))


async def test_observers_look_and_change_nothing(
    browser: Browser, path: str, visitor: Visitor, resident: Resident
) -> None:
    observer = await visitor(await resident("Olga", role="observer"))
    page = await observer.open(path)

    assert page.status_code == 200
    assert f'action="{path}' not in page.text
    assert (await observer.open("/webhooks/new")).status_code == 403
    own = await observer.open("/account/password")
    for act in ("", "/ping", "/enable", "/secret", "/delete"):
        assert (await observer.send(own, f"{path}{act}")).status_code == 403
