"""Templates: the words of pages, changed by administrators, seen before they hold."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.page_words import BUILT_IN, Form
from tocsin.domain.reaching.wording import put_into_words, render_page
from tocsin.kit.templating import Refused
from tocsin.store.alarms import ALARMS, ring
from tocsin.store.driver import driver
from tocsin.store.reaching import templates as store
from tocsin.store.reaching.templates import Template
from tocsin.usecases.directory import View
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.reaching.template_samples import samples

ALARM_AGAIN: Final = timedelta(hours=1)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The words of a form in a language; ``is_changed`` says that they are not those built in."""

    form: Form
    language: str
    text: str
    is_changed: bool = False
    updated_at: datetime | None = None


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a template with one incident, and with many. Or why nothing does."""

    one: str = ""
    many: str = ""
    fault: str = ""


async def find(house: House) -> list[Known]:
    """List the words of all forms in all languages."""
    async with house.database.read() as tx:
        changed = {(one.form, one.language): one for one in await store.select(tx)}
    return [_known(form, language, changed.get((form, language))) for form, language in BUILT_IN]


async def get(house: House, form: str, language: str) -> Known:
    """Read the words of one form in one language."""
    for known in await find(house):
        if (known.form, known.language) == (form, language):
            return known
    raise NotFound("Template", f"{form} in {language}")


async def change(house: House, form: str, language: str, text: str, now: datetime) -> None:
    """Let other words hold. Raises Invalid for those that cannot be used."""
    known = await get(house, form, language)
    text = text.replace("\r\n", "\n").strip()
    fault = preview(house, known.form, language, text, now).fault
    if fault:
        raise Invalid(fault)
    async with house.database.begin() as tx:
        if text == BUILT_IN[known.form, language]:
            await store.delete(tx, form, language)
        else:
            template = Template(form=form, language=language, text=text, updated_at=now)
            await store.keep(tx, template)


async def take_back(house: House, form: str, language: str) -> None:
    """Let the words that are built in hold again."""
    await get(house, form, language)
    async with house.database.begin() as tx:
        await store.delete(tx, form, language)


def preview(house: House, form: Form, language: str, text: str, now: datetime) -> Preview:
    """Show what becomes of a template, or why nothing does."""
    if not text.strip():
        return Preview(fault="Template cannot be blank.")
    try:
        one, many, _ = (render_page(sample, form, text) for sample in samples(house, language, now))
    except Refused as refused:
        return Preview(fault=f"Template cannot be used. {refused}")
    if not (one and many):
        return Preview(fault="Template must say something, of one incident and of many.")
    return Preview(one=one, many=many)


async def word(tx: AsyncConnection, view: View, message: Message, now: datetime) -> Message:
    """Put a message into the words that hold here.

    A template that cannot be used gives way to the one built in, and administrators hear of it.
    """
    await view.know_templates(await driver(tx))
    found = put_into_words(message, view.templates)
    for fault in found.faults:
        await _alarm(tx, fault, now)
    return found.message


async def _alarm(tx: AsyncConnection, sentence: str, now: datetime) -> None:
    """Tell the administrators, once in a while: it is the same for every page."""
    said = (ALARMS.c.sentence == sentence, ALARMS.c.at > now - ALARM_AGAIN)
    if not await ALARMS.count(tx, *said):
        await ring(tx, sentence, now)


def _known(form: Form, language: str, changed: Template | None) -> Known:
    if changed is None:
        return Known(form=form, language=language, text=BUILT_IN[form, language])
    return Known(
        form=form,
        language=language,
        text=changed.text,
        is_changed=True,
        updated_at=changed.updated_at,
    )
