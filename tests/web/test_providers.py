"""Providers: set up with secrets that are never shown again, put in order, switched off."""

import re
from datetime import timedelta
from typing import Final

import httpx
import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from starlette.types import ASGIApp

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.reaching.channel import CalledAt, Declaration
from tocsin.domain.reaching.contact_kind import SMS, Field
from tocsin.domain.reaching.provider import Health, after_failure, after_success
from tocsin.kit.ids import new_id
from tocsin.store.reaching.providers import keep_health
from tocsin.store.reaching.reach_tables import messages
from tocsin.store.tables import work
from tocsin.usecases.people import contact_methods
from tocsin.usecases.reaching import providers
from tocsin.web.app import web_app
from tocsin.web.hub import Live

PIGEONS: Final = Declaration(
    name="pigeon_post",
    label="Pigeon post",
    kind=SMS,
    settings=(
        Field(name="loft", label="Loft", kind="url", example="https://api.example.com"),
        Field(name="whistle", label="Whistle", kind="secret", example="s3cret"),
        Field(
            name="speed", label="Speed", kind="choice", example="fast",
            choices=(("fast", "Fast"), ("slow", "Slow")),
        ),
        Field(name="ring", label="Ring", kind="text", example="A12", pattern="A[0-9]+"),
        Field(name="home", label="Home", kind="pattern", example="coo+", required=False),
    ),
    answers=True,
    receipt_within=60,
    called_at=(CalledAt(where="Where pigeons return", tail="/home", help="With POST."),),
    tested="nothing",
)  # fmt: skip
FORM: Final = {
    "name": "Pigeons",
    "loft": "https://loft.example.com",
    "whistle": "tweet-tweet",
    "speed": "slow",
    "ring": "A7",
    "home": "",
}


@pytest.fixture(autouse=True)
def with_pigeons(night: Night) -> None:
    night.house = replace(night.house, declared=(*night.house.declared, PIGEONS))


@pytest.fixture
def app(night: Night, with_pigeons: None) -> ASGIApp:
    return web_app(night.house, Live(night.house), night.take)


@pytest.fixture
async def browser(visitor: Visitor, resident: Resident) -> Browser:
    """Give the browser of an administrator."""
    return await visitor(await resident("Olga", role="owner"))


async def set_up(browser: Browser, **fields: str) -> httpx.Response:
    page = await browser.open("/providers/new/pigeon_post")
    return await browser.send(page, "/providers/new/pigeon_post", **(FORM | fields))


async def path_of(browser: Browser, **fields: str) -> str:
    answer = await set_up(browser, **fields)
    assert answer.is_redirect, text_of(answer)
    return re.sub(r"\?.*", "", answer.headers["location"])


async def sent(night: Night, path: str, receipt: str) -> None:
    """Let a message have been handed to a provider."""
    await night.sql(
        sa.insert(messages).values(
            id=new_id("Q"), at=night.now, kind="page", channel="sms", user_id="P1", address="+1",
            body={}, provider_id=path.removeprefix("/providers/"), receipt=receipt,
        )
    )  # fmt: skip


async def press(browser: Browser, path: str, button: str, **fields: str) -> str:
    answer = await browser.send(await browser.open(path), f"{path}/{button}", **fields)
    return text_of(await browser.open(answer.headers["location"]))


async def test_the_way_begins_at_the_settings(browser: Browser) -> None:
    assert 'href="/providers"' in (await browser.open("/settings")).text
    assert "No provider yet." in text_of(await browser.open("/providers"))
    kinds = await browser.open("/providers/new")
    assert 'href="/providers/new/pigeon_post"' in kinds.text
    assert "Pigeon post SMS: answers come back, receipts too" in text_of(kinds)


async def test_a_provider_is_set_up_and_its_secret_never_shown(browser: Browser) -> None:
    path = await path_of(browser)

    for page in (path, f"{path}/edit", "/providers"):
        shown = await browser.open(page)
        assert "Pigeons" in shown.text
        assert "tweet-tweet" not in shown.text
    assert (
        f"https://oncall.example.com/callbacks/{path.removeprefix('/providers/')}"
        in (await browser.open(path)).text
    )


async def test_a_secret_that_is_left_blank_stays(browser: Browser, night: Night) -> None:
    path = await path_of(browser)
    form = FORM | {"whistle": "", "ring": "A9"}

    answer = await browser.send(await browser.open(f"{path}/edit"), path, **form)

    assert answer.is_redirect
    [known] = await providers.find(night.house)
    assert {"name": "Pigeons"} | {**known.provider.settings} == FORM | {"ring": "A9"}


async def test_a_secret_goes_to_another_host_only_if_it_is_typed_again(
    browser: Browser, night: Night
) -> None:
    path = await path_of(browser)
    moved = FORM | {"loft": "https://elsewhere.example.com", "whistle": ""}

    answer = await browser.send(await browser.open(f"{path}/edit"), path, **moved)
    [kept] = await providers.find(night.house)
    again = await browser.send(answer, path, **(moved | {"whistle": "tweet-tweet"}))
    [known] = await providers.find(night.house)

    sentence = "Loft leads to another host: Whistle must be typed again, to be sent there."
    assert (answer.status_code, sentence in text_of(answer)) == (400, True)
    assert kept.provider.settings["loft"] == FORM["loft"]
    assert again.is_redirect
    assert known.provider.settings["loft"] == "https://elsewhere.example.com"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "Name cannot be blank."),
        ({"whistle": ""}, "Whistle cannot be blank."),
        ({"loft": "nowhere"}, "Loft must be an address such as https://api.example.com."),
        ({"speed": "warp"}, "Speed must be one of fast, slow."),
        ({"ring": "B"}, "Ring must be Ring such as A12."),
        ({"home": "("}, "Home is no regular expression that can be used: missing ): (."),
    ],
)
async def test_what_is_wrong_is_told(
    browser: Browser, fields: dict[str, str], sentence: str
) -> None:
    answer = await set_up(browser, **fields)

    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert "tweet-tweet" not in answer.text


async def test_the_first_of_a_kind_is_asked_first_until_another_is(browser: Browser) -> None:
    first = await path_of(browser)
    second = await path_of(browser, name="Doves")
    assert "Asked first, 1 of 2" in text_of(await browser.open(first))
    assert "Asked when those before it fail, 2 of 2" in text_of(await browser.open(second))

    said = await press(browser, second, "first")

    assert "It is asked first now." in said
    assert "2 of 2" in text_of(await browser.open(first))


async def test_one_that_is_switched_off_reaches_nobody(browser: Browser, night: Night) -> None:
    path = await path_of(browser)
    assert "sms" in night.house.ways

    assert "It is not used any more." in await press(browser, path, "use")
    assert "sms" not in night.house.ways
    assert "State Off" in text_of(await browser.open(path))

    assert "It is used again." in await press(browser, path, "use", use="yes")
    assert "sms" in night.house.ways


async def test_how_it_fares_is_told(browser: Browser, night: Night) -> None:
    path = await path_of(browser)
    health = Health(id=path.removeprefix("/providers/"))
    for _ in range(3):
        health = after_failure(health, "HTTP 503", night.now)
    async with night.database.begin() as tx:
        await keep_health(tx, health)

    said = text_of(await browser.open(path))

    assert "State Resting" in said
    assert "HTTP 503" in said
    assert "Spared until" in said


async def test_since_when_answers_are_not_heard_is_seen_until_they_are(
    browser: Browser, night: Night
) -> None:
    path = await path_of(browser)
    [known] = await providers.find(night.house)
    since = night.now - timedelta(minutes=1)
    await providers.note_unheard(night.house, known.provider, "it cannot be reached", since)
    async with night.database.begin() as tx:
        await keep_health(tx, after_success(known.health, night.now))  # by one who knows nothing

    told = "Answers cannot be heard since 12:59: it cannot be reached."
    for page in (path, "/providers"):
        shown = await browser.open(page)
        assert told in text_of(shown)
        assert f'<time datetime="{since.isoformat()}"' in shown.text

    await providers.note_heard(night.house, known.provider)
    for page in (path, "/providers"):
        assert "cannot be heard" not in text_of(await browser.open(page))


async def test_whether_one_is_heard_that_is_switched_off_is_not_told(
    browser: Browser, night: Night
) -> None:
    path = await path_of(browser)
    [known] = await providers.find(night.house)
    await providers.note_unheard(night.house, known.provider, "it refuses to be asked", night.now)

    assert "cannot be heard" not in await press(browser, path, "use")


async def test_one_that_took_a_message_is_seen_to_work(browser: Browser, night: Night) -> None:
    path = await path_of(browser)
    await sent(night, path, "failed")
    assert "Not tried" in text_of(await browser.open(path))

    await sent(night, path, "accepted")

    for page in (path, "/providers"):
        told = text_of(await browser.open(page))
        assert "Working" in told
        assert "Not tried" not in told


async def test_what_to_enter_at_the_provider_is_told(browser: Browser) -> None:
    path = await path_of(browser)

    page = await browser.open(path)

    id_ = path.removeprefix("/providers/")
    assert f"https://oncall.example.com/callbacks/{id_}/home</code>" in page.text
    assert "With POST." in text_of(page)


async def test_one_may_try_it_at_once(visitor: Visitor, resident: Resident, night: Night) -> None:
    me = await resident("Ida", role="owner")
    browser = await visitor(me)
    path = await path_of(browser)
    ways = f"/users/{me.id}/contact_methods"
    assert f'href="{ways}/new?kind=sms"' in (await browser.open(path)).text
    wish = contact_methods.Wish(kind="sms", label="Mobile", address="5550100")

    mine = await contact_methods.create(night.house, me.id, wish, night.now)

    page = await browser.open(path)
    assert "Test Mobile" in text_of(page)
    assert f'href="{ways}/{mine.id}"' in page.text


async def test_it_is_taken_away(browser: Browser, night: Night) -> None:
    path = await path_of(browser)

    assert "The provider was removed." in await press(browser, path, "delete")

    assert (await browser.open(path)).status_code == 404
    assert "sms" not in night.house.ways


async def test_only_administrators_see_them(visitor: Visitor, resident: Resident) -> None:
    page = await (await visitor(await resident("Una", role="user"))).open("/providers")

    assert page.status_code == 403


async def test_a_limit_is_set_seen_and_taken_away(browser: Browser, night: Night) -> None:
    path = await path_of(browser, most_per_minute="12")
    assert "At most 12 messages a minute" in text_of(await browser.open(path))
    assert "0 of 12" in text_of(await browser.open("/providers"))
    form = await browser.open(f"{path}/edit")
    assert 'name="most_per_minute" type="text" value="12"' in form.text

    for nothing in ("", "0"):
        assert (await browser.send(form, path, **FORM, most_per_minute=nothing)).is_redirect
        [known] = await providers.find(night.house)
        assert known.provider.most_per_minute is None
    assert "None: as many messages as there are" in text_of(await browser.open(path))


@pytest.mark.parametrize("nonsense", ["many", "-1", "1.5", "100001", "٣", "9999999999"])
async def test_a_limit_that_is_no_number_is_refused(browser: Browser, nonsense: str) -> None:
    answer = await set_up(browser, most_per_minute=nonsense)

    assert answer.status_code == 400
    assert (
        "Messages a minute must be a whole number from 1 to 100000, or blank for no limit."
        in text_of(answer)
    )


async def test_who_is_busy_and_what_waits_is_seen(browser: Browser, night: Night) -> None:
    path = await path_of(browser, most_per_minute="2")
    [known] = await providers.find(night.house)
    ago = (5, 30, 90, 3599, 3601)
    async with night.database.begin() as tx:
        for seconds in ago:
            at = night.now - timedelta(seconds=seconds)
            await tx.execute(
                sa.insert(messages).values(
                    id=new_id("Q"), at=at, kind="page", channel="sms", user_id="P1", address="+1",
                    body={}, provider_id=known.provider.id,
                )
            )  # fmt: skip
        later = night.now + timedelta(seconds=30)
        for person in ("P1", "P1", "P2"):
            await tx.execute(
                sa.insert(work).values(
                    lane="sms", kind="notify", user_id=person, due=later, held_until=later,
                    planned_for=night.now,
                )
            )  # fmt: skip

    page, listed = text_of(await browser.open(path)), text_of(await browser.open("/providers"))

    assert "2 in the last minute, 4 in the last hour" in page
    assert "2 messages wait until there is room." in page
    assert "2 waiting" in listed
    assert "2 of 2" in listed
