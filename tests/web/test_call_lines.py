"""Call lines on pages: added, changed, looked at with their calls, and taken away."""

import re
from typing import Final

import httpx
import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.duty.escalation_policy import Rule, Target
from tocsin.domain.reaching.call_line import EventKind, LineEvent
from tocsin.domain.reaching.provider import Provider
from tocsin.store import tables
from tocsin.store.duty.escalation_policies import POLICIES
from tocsin.store.intake.services import SERVICES
from tocsin.store.reaching import call_lines as store
from tocsin.usecases.reaching import call_routing, providers
from tocsin.usecases.reaching.providers import Wish
from tocsin.web.app import is_for_people

NUMBER: Final = "+15550199"
SETTINGS: Final = {
    "account_sid": "AC" + "0" * 32,
    "auth_token": "tok-test-0001",
    "caller": NUMBER,
    "base_url": "https://api.example.com",
}
HOSTILE: Final = "<script>alert(1)</script>"


@pytest.fixture
async def provider(night: Night) -> Provider:
    wish = Wish(type="twilio_voice", name="Twilio", settings=SETTINGS)
    made = await providers.create(night.house, wish, night.now)
    await providers.recall(night.house)
    return made


async def add(browser: Browser, night: Night, carrier: Provider, **other: str) -> httpx.Response:
    page = await browser.open("/call-lines/new")
    form = {
        "name": "Support",
        "provider": carrier.id,
        "number": NUMBER,
        "service": night.team.service.id,
        "language": "de",
        "ring_seconds": "25",
    }
    return await browser.send(page, "/call-lines", **(form | other))


async def added(browser: Browser, night: Night, provider: Provider, **other: str) -> httpx.Response:
    answer = await add(browser, night, provider, **other)
    assert answer.is_redirect, text_of(answer)
    return await browser.open(answer.headers["location"])


async def happen(night: Night, provider: Provider, kind: EventKind, **told: str | int) -> None:
    event = LineEvent(kind=kind, call="CA1", number=NUMBER, caller="+15550142")
    await call_routing.follow(night.house, provider, replace(event, **told), night.now)


async def test_a_line_is_added_and_tells_what_its_provider_must_know(
    browser: Browser, night: Night, provider: Provider
) -> None:
    assert "No call line yet." in text_of(await browser.open("/call-lines"))
    shown = await added(browser, night, provider)

    text = text_of(shown)
    assert "Number +15550199 Rings for Checkout Each for 25 seconds Language Deutsch" in text
    assert f"https://oncall.example.com/callbacks/{provider.id}/line" in text
    assert f"https://oncall.example.com/callbacks/{provider.id}/line/status" in text
    assert "Nobody has called yet." in text
    assert "Support +15550199 Checkout Twilio" in text_of(await browser.open("/call-lines"))
    assert 'href="/call-lines"' in (await browser.open("/oncall")).text


async def test_without_a_provider_the_page_says_what_is_missing(browser: Browser) -> None:
    text = text_of(await browser.open("/call-lines"))

    assert "A line needs a number at a provider whose numbers can be called" in text


@pytest.mark.parametrize(
    ("other", "sentence"),
    [
        ({"name": ""}, "Name cannot be blank."),
        ({"number": "12"}, "Number must be a number with a plus sign and its country code"),
        ({"ring_seconds": "soon"}, "Ring seconds must be from 5 to 120."),
        ({"provider": "PX"}, "Provider must be one whose numbers can be called."),
    ],
)
async def test_what_is_no_line_is_said_on_the_form(
    browser: Browser, night: Night, provider: Provider, other: dict[str, str], sentence: str
) -> None:
    answer = await add(browser, night, provider, **other)

    assert answer.status_code == 400
    assert sentence in text_of(answer)
    assert f'value="{other.get("number", NUMBER)}"' in answer.text


async def test_a_line_is_changed_and_taken_away(
    browser: Browser, night: Night, provider: Provider
) -> None:
    path = (await added(browser, night, provider)).url.path
    form = await browser.open(f"{path}/edit")
    assert 'value="Support"' in form.text
    fields = {
        "name": HOSTILE,
        "provider": provider.id,
        "number": NUMBER,
        "service": night.team.service.id,
        "language": "fr",
        "ring_seconds": "30",
    }
    refused = await browser.send(form, path, **(fields | {"name": ""}))
    changed = await browser.send(form, path, **fields)
    shown = await browser.open(changed.headers["location"])

    assert refused.status_code == 400
    assert "Each for 30 seconds Language Français" in text_of(shown)
    assert HOSTILE not in shown.text
    gone = await browser.send(shown, f"{path}/delete")
    assert "No call line yet." in text_of(await browser.open(gone.headers["location"]))
    assert (await browser.open(path)).status_code == 404


async def test_a_call_is_told_step_by_step_and_its_message_played(
    browser: Browser, night: Night, provider: Provider
) -> None:
    path = (await added(browser, night, provider)).url.path
    await night.give(night.team.ann, "phone", "5550101")
    await night.sql(sa.update(tables.contact_methods).values(country_code=1))
    await happen(night, provider, "began")
    await happen(night, provider, "leg_over", detail="the line was busy")
    await happen(night, provider, "recorded", recording="RE" + "0" * 32, seconds=9)

    line = await browser.open(path)
    assert "+15550142 Message of 9 seconds" in text_of(line)
    [call_path] = re.findall(r'href="(/call-lines/\w+/calls/\w+)"', line.text)
    call = await browser.open(call_path)
    assert "Ann did not take the call: the line was busy." in text_of(call)
    assert "Ben is on call and has no telephone number here." in text_of(call)
    assert "It is being fetched from the provider." in text_of(call)
    assert (await browser.open(f"{call_path}/message.mp3")).status_code == 404

    async with night.database.begin() as tx:
        await store.keep_sound(tx, call_path.rpartition("/")[2], b"ID3")
    call = await browser.open(call_path)
    sound = await browser.http.get(f"{call_path}/message.mp3", headers={"accept": "audio/*"})
    assert f'<audio controls preload="none" src="{call_path}/message.mp3"' in call.text
    assert "media-src 'self'" in call.headers["content-security-policy"]
    assert (sound.content, sound.headers["content-type"]) == (b"ID3", "audio/mpeg")
    assert is_for_people({"path": f"{call_path}/message.mp3", "headers": [(b"accept", b"*/*")]})
    [incident] = await night.incidents()
    assert call_path in text_of(await browser.open(f"/incidents/{incident.id}"))


async def test_a_line_shows_who_would_be_rung_in_turn_and_who_has_no_number(
    browser: Browser, night: Night, provider: Provider
) -> None:
    path = (await added(browser, night, provider)).url.path
    assert "Nobody can be rung now." in text_of(await browser.open(path))

    await night.give(night.team.ben, "phone", "5550102")
    text = text_of(await browser.open(path))

    assert "Ann 1 No telephone number Ben 2 1 Calls" in text
    assert "Nobody can be rung now." not in text


async def test_a_level_that_adds_nobody_is_shown(
    browser: Browser, night: Night, provider: Provider
) -> None:
    ann = Target("user", night.team.ann.id)
    levels = [Rule(id=f"L{n}", delay_minutes=5, targets=(ann,)) for n in (1, 2)]
    async with night.database.begin() as tx:
        await POLICIES.update(tx, replace(night.team.policy, rules=tuple(levels)))

    text = text_of(await added(browser, night, provider))

    assert "Ann 1 No telephone number Nobody else is on call 2 None Calls" in text


async def test_a_line_of_a_disabled_service_says_that_it_is_shut(
    browser: Browser, night: Night, provider: Provider
) -> None:
    path = (await added(browser, night, provider)).url.path
    async with night.database.begin() as tx:
        await SERVICES.update(tx, replace(night.team.service, disabled=True))

    text = text_of(await browser.open(path))

    assert "Nobody: Checkout is disabled." in text


async def test_who_may_only_look_changes_nothing(
    visitor: Visitor, resident: Resident, browser: Browser, night: Night, provider: Provider
) -> None:
    path = (await added(browser, night, provider)).url.path
    observer = await visitor(await resident("Olga", role="observer"))

    assert "Edit" not in text_of(await observer.open(path))
    assert (await observer.open(f"{path}/edit")).status_code == 403
    assert (await observer.open("/call-lines/new")).status_code == 403


async def test_a_new_line_speaks_the_language_of_the_account(
    browser: Browser, night: Night, provider: Provider
) -> None:
    night.house.decisions.newest = {"language": "fr"}

    page = await browser.open("/call-lines/new")

    assert '<option value="fr" selected>' in page.text
