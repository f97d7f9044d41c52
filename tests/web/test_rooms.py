"""Rooms and groups of a chat: added, tried, looked at and taken away on pages."""

import re
from typing import Final

import httpx
import pytest
from msgspec.structs import replace

from tests.night import Night
from tests.rota import make_rota
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.domain.reaching.provider import Provider
from tocsin.store.machines.deliveries import DELIVERIES
from tocsin.usecases.reaching import providers, room_telling
from tocsin.usecases.reaching.providers import Wish

SETTINGS: Final = {
    "token": "xoxb-1",
    "signing_secret": "s",
    "base_url": "https://slack.example.com",
}
HOSTILE: Final = "<script>alert(1)</script>"


@pytest.fixture
async def provider(night: Night) -> Provider:
    """Slack, set up."""
    made = await providers.create(night.house, Wish(type="slack", settings=SETTINGS), night.now)
    await providers.recall(night.house)
    return made


@pytest.fixture
async def rota(night: Night) -> Schedule:
    await night.give(night.team.ann, "slack", "U1ANN")
    return await make_rota(night, "Web rota", night.team.ann)


async def follow(browser: Browser, answer: httpx.Response) -> httpx.Response:
    assert answer.is_redirect, text_of(answer)
    return await browser.open(answer.headers["location"])


async def add(browser: Browser, chat: Provider, **fields: str) -> httpx.Response:
    page = await browser.open("/rooms/new")
    form = {"provider": chat.id, "address": "C1OPS", "name": "Operations", "language": "de"}
    return await browser.send(page, "/rooms", **(form | fields))


async def add_group(browser: Browser, provider: Provider, **fields: str) -> httpx.Response:
    page = await browser.open("/user_groups/new")
    form = {"provider": provider.id, "address": "S1ONCALL"}
    return await browser.send(page, "/user_groups", **(form | fields))


async def settle(night: Night, outcome: Outcome) -> None:
    """Let all that waits come to this."""
    async with night.database.read() as tx:
        waiting = await DELIVERIES.select(tx, DELIVERIES.c.status == "waiting")
    for dispatch in waiting:
        await room_telling.record(night.house, replace(dispatch, attempts=1), outcome, night.now)


async def test_a_room_is_added_and_tried_at_once(
    browser: Browser, night: Night, provider: Provider
) -> None:
    shown = await follow(browser, await add(browser, provider))

    text = text_of(shown)
    assert "Operations A room of Slack" in text
    assert "Incidents of All services" in text
    assert "Language Deutsch" in text
    assert "A test Waiting" in text
    assert "Operations Slack All services C1OPS" in text_of(await browser.open("/rooms"))

    await settle(night, Outcome(ok=False, detail="Slack: not_in_channel"))
    assert "Dropped Slack: not_in_channel" in text_of(await browser.open(shown.url.path))


async def test_a_test_can_be_sent_again(browser: Browser, provider: Provider) -> None:
    shown = await follow(browser, await add(browser, provider))

    again = await browser.send(shown, f"{shown.url.path}/test")

    assert text_of(await follow(browser, again)).count("A test Waiting") == 2


async def test_a_room_of_a_service_stands_on_its_page(
    browser: Browser, night: Night, provider: Provider
) -> None:
    service = night.team.service
    path = f"/service-directory/{service.id}"
    assert "Its incidents are posted in no chat." in text_of(await browser.open(path))
    form = await browser.open(f"/rooms/new?service={service.id}")
    assert f'value="{service.id}" selected' in form.text

    await add(browser, provider, service=service.id, name="")
    await add(browser, provider, name="Everything")
    shown = text_of(await browser.open(path))
    assert "C1OPS in Slack" in shown
    assert "Everything in Slack, for all services" in shown

    await night.trigger("Disk full")
    [(id_, _)] = re.findall(r'/rooms/(P\w+)">(C1OPS)', (await browser.open(path)).text)
    room = await browser.open(f"/rooms/{id_}")
    assert "Incident triggered" in room.text
    assert f"Incidents of {service.name}" in text_of(room)


async def test_a_room_is_taken_away(browser: Browser, provider: Provider) -> None:
    shown = await follow(browser, await add(browser, provider))

    gone = await browser.send(shown, f"{shown.url.path}/delete")

    assert "No room yet." in text_of(await follow(browser, gone))
    assert (await browser.open(shown.url.path)).status_code == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"address": "#general"}, "Address must be the ID of a channel such as C012AB3CD."),
        ({"provider": "PX"}, "Chat must be a provider that posts in rooms."),
        ({"name": "x" * 101}, "Name"),
        ({"language": "xx"}, "Language must be one of en, de, fr, es, ja."),
    ],
)
async def test_what_fits_no_room_is_said_beside_its_field(
    browser: Browser, provider: Provider, fields: dict[str, str], sentence: str
) -> None:
    answer = await add(browser, provider, **fields)

    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert 'value="Operations"' in answer.text or "name" in fields


async def test_what_people_wrote_is_shown_as_text(browser: Browser, provider: Provider) -> None:
    shown = await follow(browser, await add(browser, provider, name=HOSTILE))

    for page in (shown, await browser.open("/rooms")):
        assert HOSTILE not in page.text
        assert HOSTILE in text_of(page)


async def test_without_a_chat_it_is_said_what_is_needed(
    browser: Browser, visitor: Visitor, resident: Resident
) -> None:
    owner = await visitor(await resident("Olga", role="owner"))

    assert "An administrator must set up a provider" in text_of(await browser.open("/rooms"))
    assert "/providers/new" in (await owner.open("/rooms")).text
    assert (await browser.open("/rooms/new")).status_code == 200
    assert (await browser.open("/user_groups/new")).status_code == 200


async def test_a_group_follows_a_schedule_and_says_how_it_fares(
    browser: Browser, night: Night, provider: Provider, rota: Schedule
) -> None:
    shown = await follow(browser, await add_group(browser, provider, schedule=rota.id))
    text = text_of(shown)
    assert "Follows Web rota" in text
    assert "Members U1ANN" in text
    assert "The chat is being told." in text

    await settle(night, Outcome(ok=False, detail="Slack: permission_denied"))
    again = await browser.send(shown, f"{shown.url.path}/set")
    text = text_of(await follow(browser, again))
    assert "Dropped Slack: permission_denied" in text
    assert "Its members Waiting" in text
    listed = text_of(await browser.open("/rooms"))
    assert "Web rota Slack S1ONCALL The chat is being told." in listed
    assert "Web rota" not in text_of(await browser.open("/rooms?provider=PX"))

    gone = await browser.send(shown, f"{shown.url.path}/delete")
    assert "None follows a schedule yet." in text_of(await follow(browser, gone))


async def test_what_is_no_group_is_said_beside_its_field(
    browser: Browser, provider: Provider, rota: Schedule
) -> None:
    answer = await add_group(browser, provider, schedule=rota.id, address="@oncall")

    assert answer.status_code == 400
    assert "Address must be the ID of a user group such as S012AB3CD." in text_of(answer)


async def test_the_address_of_the_groups_leads_to_the_list(browser: Browser) -> None:
    assert (await browser.open("/user_groups")).headers["location"] == "/rooms"


async def test_a_provider_leads_to_its_rooms(
    visitor: Visitor, resident: Resident, provider: Provider
) -> None:
    owner = await visitor(await resident("Olga", role="owner"))
    await add(owner, provider)

    assert f"/rooms?provider={provider.id}" in (await owner.open(f"/providers/{provider.id}")).text
    assert "Operations" in text_of(await owner.open(f"/rooms?provider={provider.id}"))


async def test_observers_look_and_change_nothing(
    browser: Browser, visitor: Visitor, resident: Resident, provider: Provider, rota: Schedule
) -> None:
    room = await follow(browser, await add(browser, provider))
    group = await follow(browser, await add_group(browser, provider, schedule=rota.id))
    observer = await visitor(await resident("Otto", role="observer"))

    for path in ("/rooms", room.url.path, group.url.path):
        page = await observer.open(path)
        assert page.status_code == 200
        assert 'class="button' not in page.text.partition("<main")[2].partition("</main")[0]
    form = await observer.open("/account/password")
    for path in ("/rooms", f"{room.url.path}/test", f"{group.url.path}/set"):
        assert (await observer.send(form, path)).status_code == 403


async def test_a_room_is_told_in_the_language_of_the_account_unless_another_is_chosen(
    browser: Browser, night: Night, provider: Provider
) -> None:
    night.house.decisions.newest = {"language": "fr"}

    form = await browser.open("/rooms/new")
    shown = await follow(browser, await add(browser, provider, language=""))

    assert '<option value="fr" selected>' in form.text
    assert "Language Français" in text_of(shown)
