"""Commands of a chat that are no answers: who is on call, and incidents that people begin."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa

from tocsin.auth.principal import Principal
from tocsin.domain.on_call import OnCall
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.hearing import Command
from tocsin.domain.reaching.phrases import phrase
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.schedule import Range
from tocsin.domain.service import Service
from tocsin.domain.user import User
from tocsin.store.contact_methods import owners_of
from tocsin.store.services import SERVICES
from tocsin.store.users import USERS
from tocsin.usecases import creation
from tocsin.usecases.board import Plan
from tocsin.usecases.duty import read_plan
from tocsin.usecases.errors import Complaint
from tocsin.usecases.house import House
from tocsin.usecases.oncalls import Query, find

DEFAULT_LANGUAGE: Final = "en"
MOST_LINES: Final = 30
MOST_SERVICES: Final = 2000  # among which a name is looked for
FIRST: Final = 1


async def obey(house: House, provider: Provider, command: Command, now: datetime) -> Upshot:
    """Do what somebody typed, and say what came of it."""
    user = await _sender(house, provider, command.sender)
    if user is None:
        url = house.settings.public_url
        sentence = phrase("chat_stranger", DEFAULT_LANGUAGE, sender=command.sender, url=url)
        return Upshot(ok=False, sentence=sentence)
    match command.word:
        case "who":
            return await _who(house, command.text, _language(user), now)
        case "trigger":
            return await _trigger(house, command.text, user, now)


async def _sender(house: House, provider: Provider, sender: str) -> User | None:
    async with house.database.read() as tx:
        owners = await owners_of(tx, provider.kind, sender)
        return await USERS.get(tx, owners[0]) if owners else None


async def _who(house: House, name: str, language: str, now: datetime) -> Upshot:
    plan = await read_plan(house, now)
    lines = await _lines(house, plan, name, language, now)
    if lines is None:
        sentence = phrase("chat_unknown_name", language, name=name)
        return Upshot(ok=False, sentence=sentence, language=language)
    told = "\n".join(lines[:MOST_LINES]) or phrase("chat_no_duty", language)
    return Upshot(ok=True, sentence=told, language=language)


async def _lines(
    house: House, plan: Plan, name: str, language: str, now: datetime
) -> list[str] | None:
    """Tell of everything, or of what has this name; None if nothing has it."""
    if not name:
        rows, _ = await find(house, Query(asked=Range(now, now)), now, most=None)
        return _told(plan, (row for row in rows if row.level == FIRST), language)
    wanted = name.casefold()
    schedules = [one for one in plan.schedules.values() if one.name.casefold() == wanted]
    policies = {one.id for one in plan.policies.values() if one.name.casefold() == wanted}
    policies |= {one.escalation_policy_id for one in await _services(house, name)}
    if not schedules and not policies:
        return None
    query = Query(asked=Range(now, now), policy_ids=frozenset(policies))
    rows, _ = await find(house, query, now, most=None) if policies else ([], plan)
    lines = _told(plan, rows, language)
    for schedule in schedules:
        holder = plan.users.get(plan.watch(schedule.id, now).user_id or "")
        shown = holder.name if holder else phrase("room_nobody", language)
        lines.append(phrase("chat_holder", language, name=schedule.name, holder=shown))
    return lines


def _told(plan: Plan, rows: Iterable[OnCall], language: str) -> list[str]:
    """Write a line for each level of each policy."""
    holders: dict[tuple[str, int], dict[str, None]] = {}
    for row in sorted(rows, key=lambda row: (plan.policies[row.policy_id].name, row.level)):
        place = (plan.policies[row.policy_id].name, row.level)
        holders.setdefault(place, {})[plan.users[row.user_id].name] = None
    return [
        phrase("chat_level", language, name=name, level=level, holder=", ".join(people))
        for (name, level), people in holders.items()
    ]


async def _trigger(house: House, text: str, user: User, now: datetime) -> Upshot:
    language = _language(user)
    if not Principal(key_id="", user=user).may("respond"):
        return Upshot(ok=False, sentence=phrase("chat_may_not", language), language=language)
    services = await _services(house)
    service, title = _split(services, text)
    if service is None or not title:
        example = services[0].name if services else "db"
        sentence = phrase("chat_how_to_trigger", language, service=example)
        return Upshot(ok=False, sentence=sentence, language=language)
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


async def _services(house: House, name: str | None = None) -> list[Service]:
    """List services, perhaps only those of a name."""
    where = [] if name is None else [sa.func.lower(SERVICES.c.name) == name.lower()]
    async with house.database.read() as tx:
        return await SERVICES.select(tx, *where, order_by=(SERVICES.c.name,), limit=MOST_SERVICES)


def _language(user: User) -> str:
    return user.language or DEFAULT_LANGUAGE
