"""Templates: seen before they hold, refused while broken, and never the reason for a lost page."""

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.team import NOON
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.page_words import BUILT_IN
from tocsin.domain.reaching.wording import worded
from tocsin.store.driver import driver
from tocsin.store.reaching import reach_tables
from tocsin.usecases import account
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.reaching import templates
from tocsin.usecases.reaching.paging import compose
from tocsin.usecases.reaching.template_samples import samples
from tocsin.usecases.work import lease

OWN = "{{ incident.service }} is ill: {{ incident.title }}"


async def worded_now(night: Night, message: Message) -> Message:
    async with night.database.begin() as tx:
        view = await night.house.directory.now(await driver(tx))
        return await templates.word(tx, view, message, night.now)


async def test_all_forms_in_all_languages_begin_with_what_is_built_in(night: Night) -> None:
    found = await templates.find(night.house)

    assert [(one.form, one.language) for one in found] == list(BUILT_IN)
    assert all(one.text == BUILT_IN[one.form, one.language] for one in found)
    assert not any(one.is_changed for one in found)


async def test_other_words_hold_from_the_next_message_until_they_are_taken_back(
    night: Night,
) -> None:
    page = samples(night.house, "en", NOON)[0]
    assert await worded_now(night, page) == worded(page)

    await templates.change(night.house, "title", "en", f"\r\n{OWN}\r\n", NOON)

    known = await templates.get(night.house, "title", "en")
    assert (known.text, known.is_changed, known.updated_at) == (OWN, True, NOON)
    assert (await worded_now(night, page)).title == "Checkout is ill: Disk full on db-1"
    german = samples(night.house, "de", NOON)[0]
    assert await worded_now(night, german) == worded(german)

    await templates.take_back(night.house, "title", "en")

    assert await worded_now(night, page) == worded(page)


async def test_pages_are_told_in_these_words_and_in_the_language_of_whoever_gets_them(
    night: Night,
) -> None:
    await templates.change(night.house, "title", "ja", OWN, NOON)
    await account.change(night.house, account.Wish(language="ja"))
    await night.trigger("Disk full")

    bundle = await compose(night.house, await lease(night.house, "email", NOON, limit=9), NOON)

    assert bundle.message
    assert bundle.message.title == "Checkout is ill: Disk full"
    assert bundle.message.speech.startswith("インシデント 1、サービス Checkout")


async def test_words_that_are_those_built_in_are_no_change(night: Night) -> None:
    await templates.change(night.house, "text", "fr", OWN, NOON)
    await templates.change(night.house, "text", "fr", BUILT_IN["text", "fr"], NOON)

    assert not (await templates.get(night.house, "text", "fr")).is_changed


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" ", "Template cannot be blank."),
        ("{{ nobody }}", "Template cannot be used. 'nobody' is undefined."),
        ("{% if more %}", "Template cannot be used. Line 1: Unexpected end of template."),
        ("{% if keys %}{{ count }}{% endif %}", ""),
        ("{% if count == 1 %}x{% endif %}", "Template must say something, of one incident and of"),
    ],
)
async def test_what_cannot_be_used_is_refused_before_it_holds(
    night: Night, text: str, sentence: str
) -> None:
    seen = templates.preview(night.house, "text", "en", text, NOON)

    assert seen.fault.startswith(sentence)
    assert bool(seen.one) != bool(seen.fault)
    if sentence:
        with pytest.raises(Invalid) as refused:
            await templates.change(night.house, "text", "en", text, NOON)
        assert refused.value.sentences == (seen.fault,)


async def test_a_form_that_there_is_not_is_not_found(night: Night) -> None:
    with pytest.raises(NotFound):
        await templates.change(night.house, "poem", "en", OWN, NOON)


async def test_a_preview_tells_of_one_incident_and_of_many(night: Night) -> None:
    seen = templates.preview(night.house, "speech", "en", BUILT_IN["speech", "en"], NOON)

    assert seen.one.startswith("Incident 1284, service")
    assert seen.many.startswith("There are 41 incidents. Incident")
    assert seen.many.endswith("And 38 more.")


async def test_a_broken_template_is_an_alarm_and_never_a_lost_page(night: Night) -> None:
    broken = {"form": "speech", "language": "en", "text": "{{ gone }}", "updated_at": NOON}
    await night.sql(sa.insert(reach_tables.templates).values(broken))
    page = samples(night.house, "en", NOON)[0]

    assert await worded_now(night, page) == worded(page)
    await worded_now(night, page)

    [sentence] = await night.alarms()
    assert sentence == "The template for speech in en is broken. 'gone' is undefined."

    night.passes(hours=2)
    await worded_now(night, page)

    assert len(await night.alarms()) == 2
