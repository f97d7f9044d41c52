"""Message templates on their pages: seen before they hold, by administrators alone."""

import pytest

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.usecases.reaching import templates

TEXT = "/message-templates/text/de"
OWN = "{{ incident.title }} <b>in</b> {{ incident.service }}"


@pytest.fixture
async def browser(visitor: Visitor, resident: Resident) -> Browser:
    """Give the browser of an administrator."""
    return await visitor(await resident("Olga", role="owner"))


async def test_every_form_is_there_in_every_language(browser: Browser) -> None:
    page = await browser.open("/message-templates")

    for form in ("title", "text", "body", "speech"):
        for language in ("en", "de", "fr", "es", "ja"):
            address = f"/message-templates/{form}/{language}"
            assert f'href="{address}"' in page.text
            shown = await browser.open(address)
            assert shown.status_code == 200
            assert '<p class="fault">' not in shown.text
    assert "Changed" not in text_of(page)


async def test_a_preview_shows_one_incident_and_many_and_what_they_cost(browser: Browser) -> None:
    text = text_of(await browser.open(TEXT))

    assert "#1284 Disk full on db-1 (Checkout). Antworten Sie 4 zum Bestätigen" in text
    assert "41 ausgelöste Vorfälle: #1284 Disk full" in text
    assert "plain letters: 1 SMS" in text


async def test_a_button_previews_without_saving(browser: Browser, night: Night) -> None:
    page = await browser.open(TEXT)

    seen = await browser.send(page, TEXT, text=OWN + " 日本", do="preview")

    assert seen.status_code == 200
    assert "Disk full on db-1 &lt;b&gt;in&lt;/b&gt; Checkout 日本" in seen.text
    assert "letters beyond the plain ones: 1 SMS" in seen.text
    assert not (await templates.get(night.house, "text", "de")).is_changed


async def test_words_are_saved_and_taken_back(browser: Browser, night: Night) -> None:
    page = await browser.open(TEXT)

    saved = await browser.send(page, TEXT, text=OWN, do="save")

    assert "Saved. The next page is told in these words." in text_of(
        await browser.open(saved.headers["location"])
    )
    assert (await templates.get(night.house, "text", "de")).text == OWN
    assert "Changed" in text_of(await browser.open("/message-templates"))
    assert "The words that are built in" in text_of(await browser.open(TEXT))

    await browser.send(page, TEXT, text=OWN, do="forget")

    assert not (await templates.get(night.house, "text", "de")).is_changed


async def test_what_cannot_be_used_is_shown_again_with_its_fault(
    browser: Browser, night: Night
) -> None:
    page = await browser.open(TEXT)

    refused = await browser.send(page, TEXT, text="{{ incident.titel }}", do="save")

    assert refused.status_code == 400
    assert "Template cannot be used. 'tocsin" not in refused.text
    assert "has no attribute &#39;titel&#39;" in refused.text
    assert "{{ incident.titel }}" in refused.text
    assert not (await templates.get(night.house, "text", "de")).is_changed


async def test_only_administrators_come_here_and_only_to_what_there_is(
    browser: Browser, visitor: Visitor, resident: Resident
) -> None:
    user = await visitor(await resident("Uma", role="user"))

    assert (await user.open("/message-templates")).status_code == 403
    assert (await user.open(TEXT)).status_code == 403
    assert (await browser.open("/message-templates/poem/de")).status_code == 404
    assert (await browser.open("/message-templates/text/fi")).status_code == 404
