"""Commands that people write: who is on call, incidents to begin, and what else there is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tocsin.auth.principal import Principal
from tocsin.domain.intake.service import Service
from tocsin.domain.people.user import User
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.contact_kind import OPEN_TO_ALL
from tocsin.domain.reaching.hearing import Command
from tocsin.domain.reaching.phrases import phrase
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.reaching.upshots import refuse
from tocsin.kit.sms import segments
from tocsin.store.intake.services import SERVICES
from tocsin.store.people.contact_methods import owners_of
from tocsin.store.people.users import USERS
from tocsin.usecases.errors import Complaint
from tocsin.usecases.house import House
from tocsin.usecases.reaching.on_call_lines import Asker, tell_all, tell_of
from tocsin.usecases.response import creation

MOST_LINES: Final = 30
MOST_SEGMENTS: Final = 3  # of a short message
MOST_SERVICES: Final = 2000  # among which a name is looked for


async def obey(house: House, provider: Provider, command: Command, now: datetime) -> Upshot:
    """Do what somebody wrote, and say what came of it."""
    user = await _sender(house, provider, command.sender)
    language = house.language_of(user)
    if command.word == "help":
        return _said(phrase("chat_help", language, command=command.text), language)
    if user is None:
        return _to_stranger(house, provider, command)
    if command.word == "who":
        asker = Asker(user=user, language=language, zone=house.zone_of(user), now=now)
        return await _who(house, provider, command.text, asker)
    return await _trigger(house, command.text, user, now)


async def _sender(house: House, provider: Provider, sender: str) -> User | None:
    async with house.database.read() as tx:
        owners = await owners_of(tx, provider.kind, sender)
        return await USERS.get(tx, owners[0]) if owners else None


def _to_stranger(house: House, provider: Provider, command: Command) -> Upshot:
    """Say how to be known, but not where anybody may write, and each answer costs."""
    language, url = house.language_of(None), house.settings.public_url
    if provider.kind in OPEN_TO_ALL:
        return Upshot(ok=False, sentence="", language=language)
    return refuse("chat_stranger", language, sender=command.sender, url=url)


async def _who(house: House, provider: Provider, name: str, asker: Asker) -> Upshot:
    lines = await (tell_of(house, asker, name) if name else tell_all(house, asker))
    if lines is None:
        return refuse("chat_unknown_name", asker.language, name=name)
    told = _fit(lines, asker.language, is_short=provider.kind in OPEN_TO_ALL)
    return _said(told or phrase("chat_no_duty", asker.language), asker.language)


def _fit(lines: Sequence[str], language: str, *, is_short: bool) -> str:
    """Write as many lines as may be, at least one, and how many there are beyond."""
    for count in range(min(len(lines), MOST_LINES), 0, -1):
        told = list(lines[:count])
        if count < len(lines):
            told.append(phrase("chat_and_more", language, count=len(lines) - count))
        text = "\n".join(told)
        if not is_short or count == 1 or segments(text) <= MOST_SEGMENTS:
            return text
    return ""


async def _trigger(house: House, text: str, user: User, now: datetime) -> Upshot:
    language = house.language_of(user)
    if not Principal(key_id="", user=user).may("respond"):
        return refuse("chat_may_not", language)
    services = await _services(house)
    service, title = _split(services, text)
    if service is None or not title:
        example = services[0].name if services else "db"
        return refuse("chat_how_to_trigger", language, service=example)
    wish = creation.Wish(title=title, service_id=service.id)
    try:
        incident = await creation.create(house, wish, user, now)
    except Complaint as complaint:
        return Upshot(ok=False, sentence=" ".join(complaint.sentences), language=language)
    sentence = phrase("chat_triggered", language, number=incident.number, service=service.name)
    return Upshot(
        ok=True, sentence=sentence, language=language, statuses={incident.id: incident.status}
    )


def _split(services: Sequence[Service], text: str) -> tuple[Service | None, str]:
    """Find the service with which a text begins, of several the longest name; and the rest."""
    if text.startswith('"'):
        name, _, title = text[1:].partition('"')
        named = [one for one in services if one.name.casefold() == name.strip().casefold()]
        return (named[0] if named else None), title.strip()
    begun = f"{text} ".casefold()
    fitting = [one for one in services if begun.startswith(f"{one.name} ".casefold())]
    service = max(fitting, key=lambda one: len(one.name), default=None)
    return service, text[len(service.name) :].strip() if service else ""


async def _services(house: House) -> list[Service]:
    async with house.database.read() as tx:
        return await SERVICES.select(tx, order_by=(SERVICES.c.name,), limit=MOST_SERVICES)


def _said(sentence: str, language: str) -> Upshot:
    return Upshot(ok=True, sentence=sentence, language=language)
