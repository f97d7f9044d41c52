"""Integrations as pages: their keys, how to send with them, their names, their end."""

import pytest
import sqlalchemy as sa

from tests.night import URL, Night
from tests.team import NOON
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.intake.service import Integration
from tocsin.store import tables
from tocsin.store.intake.integrations import INTEGRATIONS
from tocsin.usecases.intake import integrations
from tocsin.usecases.intake.integrations import EMAIL, EVENTS_V1, Known, Wish

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
async def way(night: Night) -> Known:
    """Give the only way into the team's service, with a key that can be opened."""
    await night.sql(sa.delete(tables.integrations))
    wish = Wish(name="grafana-Checkout", vendor_id="PGRAFAN")
    return await integrations.create(night.house, night.team.service.id, wish, NOON)


@pytest.fixture
def path(night: Night) -> str:
    return f"/service-directory/{night.team.service.id}/integrations"


async def _stored(night: Night) -> list[Integration]:
    async with night.database.read() as tx:
        return await INTEGRATIONS.select(tx, order_by=(INTEGRATIONS.c.created_at,))


async def test_an_integration_shows_its_key_where_to_send_and_what_came_last(
    browser: Browser, night: Night, way: Known, path: str
) -> None:
    before = text_of(await browser.open(path))
    await night.trigger("Disk full", key=way.key)
    page = await browser.open(path)
    said = text_of(page)

    assert "No event has come yet." in before
    for told in (
        "grafana-Checkout Grafana",
        "The last event came just now.",
        f"Integration Key ends in {way.key[-4:]} {way.key}",
        f"{URL}/v2/enqueue",
        f"{URL}/generic/2010-04-15/create_event.json",
        f"{URL}/integration/{way.key}/enqueue",
        f'"routing_key": "{way.key}"',
        '"event_action": "resolve"',
    ):
        assert told in said
    assert f'href="{path}/{way.integration.id}/test"' in page.text


async def test_the_older_dialect_is_shown_where_it_was_asked_for(
    browser: Browser, night: Night, way: Known, path: str
) -> None:
    wish = Wish(name="Old", kind=EVENTS_V1)
    old = await integrations.create(night.house, night.team.service.id, wish, NOON)

    assert f'"service_key": "{old.key}"' in text_of(await browser.open(path))


async def test_whoever_only_reads_sees_no_part_of_a_key(
    resident: Resident, visitor: Visitor, way: Known, path: str
) -> None:
    browser = await visitor(await resident("Otto", role="limited_user"))
    page = await browser.open(path)

    assert "Its key is shown to those who may manage services." in text_of(page)
    assert way.key[-4:] not in page.text
    assert "Remove" not in text_of(page)


async def test_mails_are_said_not_to_be_received(
    browser: Browser, night: Night, way: Known, path: str
) -> None:
    wish = Wish(name="Mail", kind=EMAIL, email="shop@pages.example.com")
    await integrations.create(night.house, night.team.service.id, wish, NOON)

    told = "shop@pages.example.com: this server does not receive mails."
    assert told in text_of(await browser.open(path))


async def test_requests_that_were_meant_for_a_key_are_listed(
    browser: Browser, night: Night, way: Known, path: str
) -> None:
    await night.trigger("Disk full", key=f"{way.key[:6]}{'0' * 26}")
    said = text_of(await browser.open(path))

    assert "Refused lately" in said
    assert f"No integration has this key. 127.0.0.1, key {way.key[:4]}… /v2/enqueue" in said


async def test_a_service_without_integrations_says_what_one_is(
    browser: Browser, night: Night, path: str
) -> None:
    await night.sql(sa.delete(tables.integrations))
    said = text_of(await browser.open(path))

    assert "No integration yet." in said
    assert "New Integration" in said


@pytest.mark.parametrize(
    ("given", "name", "vendor"),
    [
        ({"tool": "PBLACKF"}, "blackfire-Checkout", "PBLACKF"),
        ({"tool": "v1", "integration_name": " Ours "}, "Ours", None),
    ],
)
async def test_an_integration_is_added_and_named_after_tool_and_service(
    browser: Browser,
    night: Night,
    way: Known,
    path: str,
    given: dict[str, str],
    name: str,
    vendor: str | None,
) -> None:
    form = await browser.open(f"{path}/new")
    answer = await browser.send(form, path, **given)

    made = (await _stored(night))[-1]
    assert (made.name, made.vendor_id) == (name, vendor)
    assert answer.headers["location"] == path
    assert "The integration was added." in text_of(await browser.open(path))
    for words in ("Integration Type", "Integration Name", "Add Integration"):
        assert words in text_of(form)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Integration Type cannot be blank."),
        ({"tool": "PNONE"}, "Integration vendor PNONE was not found."),
        ({"tool": "v1", "integration_name": "x" * 256}, "Integration name must have at most"),
    ],
)
async def test_an_integration_that_cannot_be_is_refused(
    browser: Browser, night: Night, way: Known, path: str, given: dict[str, str], told: str
) -> None:
    answer = await browser.send(await browser.open(f"{path}/new"), path, **given)

    assert answer.status_code == 400
    assert told in text_of(answer)
    assert len(await _stored(night)) == 1


async def test_an_integration_is_renamed_and_keeps_its_key(
    browser: Browser, night: Night, way: Known, path: str
) -> None:
    edit = f"{path}/{way.integration.id}/edit"
    refused = await browser.send(await browser.open(edit), edit, name=" ")
    await browser.send(await browser.open(edit), edit, name=HOSTILE)
    page = await browser.open(path)

    assert refused.status_code == 400
    assert "Name cannot be blank." in text_of(refused)
    assert "<script>alert" not in page.text
    assert HOSTILE in text_of(page)
    assert way.key in page.text


async def test_removing_names_what_will_happen_and_does_it(
    browser: Browser, night: Night, way: Known, path: str
) -> None:
    page = await browser.open(path)
    await browser.send(page, f"{path}/{way.integration.id}/delete")

    assert "Events with it are refused and kept in quarantine" in text_of(page)
    assert "The integration was removed." in text_of(await browser.open(path))
    assert await _stored(night) == []


async def test_an_integration_of_another_service_is_not_found(
    browser: Browser, way: Known, path: str
) -> None:
    page = await browser.open(path)
    for rest in ("edit", "delete", "test", "test/recovery"):
        answer = await browser.send(page, f"{path}/PNONE/{rest}", name="x", event="x")
        assert answer.status_code == 404
