"""The pages of settings: what holds for everybody is decided here, by administrators alone."""

import httpx
import pytest
from msgspec.structs import replace
from starlette.types import ASGIApp

from tests.night import URL, Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.usecases import account
from tocsin.usecases.account import Wish
from tocsin.web.app import web_app
from tocsin.web.hub import Live

ACCOUNT = {
    "account_name": "Example",
    "time_zone": "Asia/Tokyo",
    "language": "ja",
    "catch_all": "",
}


@pytest.fixture
def app(night: Night) -> ASGIApp:
    house = replace(night.house, channels=frozenset({"email"}))
    return web_app(house, Live(house), night.take)


@pytest.fixture
async def browser(visitor: Visitor, resident: Resident) -> Browser:
    """Give the browser of an administrator."""
    return await visitor(await resident("Olga", role="owner"))


async def send(browser: Browser, path: str, **fields: str | list[str]) -> str:
    """Fill in the form of a page, and return what the next page says."""
    page = await browser.open(path.removesuffix("/take_back").removesuffix("/trial"))
    answer = await browser.send(page, path, **fields)
    if not answer.is_redirect:
        return f"{answer.status_code} {text_of(answer)}"
    return text_of(await browser.open(answer.headers["location"]))


async def test_the_way_to_everything_begins_at_the_settings(browser: Browser) -> None:
    page = await browser.open("/settings")

    for path in (
        "/settings/account", "/settings/mail", "/settings/limits", "/settings/retention",
        "/settings/health", "/api_keys", "/alarms", "/quarantine", "/maintenance_windows",
        "/change_events",
    ):  # fmt: skip
        assert f'href="{path}"' in page.text, path
        assert (await browser.open(path)).status_code == 200


async def test_others_see_only_what_they_may_open(visitor: Visitor, resident: Resident) -> None:
    for role, allowed in (("observer", 0), ("user", 1)):
        page = await (await visitor(await resident(role.title(), role=role))).open("/settings")
        assert "/change_events" in page.text
        assert ("/settings/health" in page.text) == bool(allowed)
        assert "/settings/account" not in page.text


async def test_what_is_decided_is_shown_with_where_it_comes_from(
    browser: Browser, night: Night
) -> None:
    before = text_of(await browser.open("/settings/account"))
    assert "From TOCSIN_TIME_ZONE ." in before
    assert "Nobody is chosen, so it is the owners: Ann and Olga." in before

    said = await send(browser, "/settings/account", **ACCOUNT)

    assert "Saved. It holds on every node now." in said
    assert "Set here. Back to what TOCSIN_TIME_ZONE says" in said
    assert night.house.account.time_zone == "Asia/Tokyo"
    assert night.house.account.language == "ja"
    assert (await account.read(night.house)).origins["catch_all"].source == "default"


async def test_pages_bear_the_name_of_the_account(browser: Browser) -> None:
    await send(browser, "/settings/account", **ACCOUNT | {"account_name": "<i>Shop"})

    page = await browser.open("/incidents")

    assert "<title>Incidents · &lt;i&gt;Shop</title>" in page.text
    assert "<span>&lt;i&gt;Shop</span></a>" in page.text


async def test_a_decision_is_taken_back(browser: Browser, night: Night) -> None:
    await send(browser, "/settings/account", **ACCOUNT)

    said = await send(browser, "/settings/account/take_back", field="time_zone")

    assert "Time zone: no longer set here." in said
    assert night.house.account.time_zone == "Europe/Vienna"
    assert night.house.account.account_name == "Example"
    assert "400" in await send(browser, "/settings/account/take_back", field="mail_from")


async def test_people_are_added_to_the_catch_all_and_taken_off(
    browser: Browser, night: Night
) -> None:
    ann, ben = night.team.ann, night.team.ben
    chosen = ACCOUNT | {"catch_all": [ben.id, ann.id, ""]}

    said = await send(browser, "/settings/account", **chosen)
    assert "Without anybody, it is the owners" in said
    assert set(night.house.account.catch_all) == {ann.id, ben.id}

    await send(browser, "/settings/account", **ACCOUNT | {"catch_all": [ben.id, ""]})
    assert night.house.account.catch_all == (ben.id,)

    said = await send(browser, "/settings/account", **ACCOUNT | {"catch_all": "PNOBODY"})
    assert said.startswith("400")
    assert "User PNOBODY was not found." in said


async def test_a_fault_stands_beside_its_field_and_what_was_typed_stays(browser: Browser) -> None:
    page = await browser.open("/settings/account")
    answer = await browser.send(
        page, "/settings/account", **ACCOUNT | {"time_zone": "Vienna", "account_name": "<b>Mine"}
    )

    assert answer.status_code == 400
    assert 'id="time_zone-fault">Time zone must be the name of a time zone' in answer.text
    assert 'value="&lt;b&gt;Mine"' in answer.text


async def test_days_and_requests_must_be_numbers_within_bounds(
    browser: Browser, night: Night
) -> None:
    said = await send(browser, "/settings/limits", digest_seconds="60", requests_per_minute="many")
    assert "Requests per minute must be a whole number." in said
    said = await send(browser, "/settings/limits", digest_seconds="60", requests_per_minute="0")
    assert "Requests per minute must be from 1 to 1000000." in said

    days = {"keep_incidents": "365", "keep_notifications": "400", "keep_change_events": "400"}
    days |= {"keep_measurements": "30", "keep_deliveries": "30"}
    said = await send(
        browser, "/settings/retention", **days | {"keep_alarms": "x", "keep_quarantine": ""}
    )
    assert "Alarms must be a whole number. Quarantine must be a whole number." in said

    await send(
        browser, "/settings/retention", **days | {"keep_alarms": "7", "keep_quarantine": "30"}
    )
    assert (night.house.account.keep_incidents, night.house.account.keep_alarms) == (365, 7)


async def test_a_letter_is_sent_to_whoever_asks(browser: Browser, night: Night) -> None:
    said = await send(browser, "/settings/mail/trial")

    assert "A letter to olga@example.com is on its way." in said
    assert "1 letter to you is on the way." in said
    [work] = await night.work("letter")
    assert work.user_id


async def test_without_a_mail_server_the_page_says_what_is_missing(
    night: Night, resident: Resident
) -> None:
    transport = httpx.ASGITransport(web_app(night.house, Live(night.house), night.take))
    async with httpx.AsyncClient(transport=transport, base_url=URL) as http:
        browser = Browser(http)
        await browser.sign_in(await resident("Olga", role="owner"))
        page = await browser.open("/settings/mail")
        answer = await browser.send(page, "/settings/mail/trial")

    assert "Send me a letter" not in page.text
    assert "set TOCSIN_SMTP_URL on every node" in text_of(page)
    assert answer.status_code == 400
    assert "no mail server is set up" in text_of(answer)


async def test_a_section_that_there_is_not_is_not_found(browser: Browser) -> None:
    assert (await browser.open("/settings/nonsense")).status_code == 404


async def test_only_administrators_decide(visitor: Visitor, resident: Resident) -> None:
    browser = await visitor(await resident("Carol"))
    page = await browser.open("/incidents")

    assert (await browser.open("/settings/account")).status_code == 403
    answer = await browser.send(page, "/settings/account", **ACCOUNT)
    assert answer.status_code == 403


async def test_what_people_are_called_is_shown_as_text(
    browser: Browser, night: Night, resident: Resident
) -> None:
    script = await resident("<script>alert(1)</script>", email="mal@example.com")
    await account.change(night.house, Wish(catch_all=(script.id,)))

    page = await browser.open("/settings/account")

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
