"""Letters: planned with what they tell of, opened when they are due, written down afterwards."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.user import User
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.letter import Letter, Words, next_try
from tocsin.domain.reaching.notification import Notification, Outcome
from tocsin.domain.reaching.paging import EMAIL
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.work import LETTER, Work
from tocsin.kit.ids import new_id
from tocsin.store import work as work_store
from tocsin.store.driver import driver
from tocsin.store.reaching import providers as store
from tocsin.store.writes import AlarmRow, Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.reaching import addressing, providers
from tocsin.usecases.reaching.addressing import Choice

SEALED: Final = "sealed"  # a letter may hold a secret link, so nobody reads it in the table

log = structlog.get_logger("tocsin.letters")


def can_send(house: House) -> bool:
    """Say whether letters leave this house: without a mail server, links are handed over."""
    return EMAIL in house.ways


async def post(tx: AsyncConnection, house: House, user: User, words: Words, now: datetime) -> None:
    """Plan a letter to somebody's login address; it leaves when the transaction is committed."""
    letter = Letter(
        id=new_id("Q"),
        at=now,
        sender=house.account.mail_from,
        recipient=user.name,
        address=user.email,
        words=words,
    )
    sealed = house.sealer.seal(msgspec.json.encode(letter).decode()).decode()
    work = Work(lane=LETTER, kind="letter", due=now, user_id=user.id, payload={SEALED: sealed})
    await flush(await driver(tx), Writes(work=[work]))


def open_letter(house: House, work: Work) -> Letter:
    """Read a letter that is due."""
    sealed = (work.payload or {})[SEALED]
    return msgspec.json.decode(house.sealer.open(sealed.encode()), type=Letter)


async def carriers(house: House) -> Sequence[Provider | None]:
    """Return who may carry a letter, whoever rests last; None is what is always there."""
    now = house.clock()
    known = [one for one in await providers.find(house) if one.provider.kind == EMAIL]
    used = [one for one in known if not one.provider.is_disabled]
    return [
        *(one.provider for one in sorted(used, key=lambda one: one.health.is_resting(now))),
        None,
    ]


async def judge(house: House, provider: Provider, delivery: Delivery) -> None:
    """Keep how a mail server does, as pages do."""
    async with house.database.begin() as tx:
        health = (await store.healths(tx, [provider.id])).get(provider.id)
        choice = Choice(provider=provider, health=health)
        await addressing.judge(tx, choice, delivery, house.clock())


async def record(
    house: House, work: Work, letter: Letter, delivery: Delivery, now: datetime
) -> None:
    """Write down what came of a letter: done, tried again, or given up with an alarm."""
    again = _next_try(work, letter, delivery, now)
    status: Outcome = "success" if delivery.ok else "failed" if again is None else "retrying"
    writes = Writes(notifications=[_attempt(work, letter, delivery, status, now)])
    if status == "failed":
        writes.alarms.append(_alarm(letter, delivery, now))
    async with house.database.begin() as tx:
        if again is None:
            await work_store.finish(tx, [work.id])
        else:
            await work_store.postpone(tx, [work.id], again)
        await flush(await driver(tx), writes)
    told = {"about": letter.words.about, "user": work.user_id, "detail": delivery.detail}
    if delivery.ok:
        log.info("letter.sent", **told)
    else:
        log.warning("letter.unsent", **told, again=again)


def _next_try(work: Work, letter: Letter, delivery: Delivery, now: datetime) -> datetime | None:
    if not delivery.retry:
        return None
    return next_try(letter, attempts=work.attempts, now=now, wait_seconds=delivery.wait_seconds)


def _attempt(
    work: Work, letter: Letter, delivery: Delivery, status: Outcome, now: datetime
) -> Notification:
    return Notification(
        id=new_id("Q"),
        incident_id=None,
        user_id=work.user_id or "",
        contact_method_id=None,
        kind=EMAIL,
        address=letter.address,
        status=status,
        detail=delivery.detail,
        provider_id=delivery.provider_id,
        at=now,
    )


def _alarm(letter: Letter, delivery: Delivery, now: datetime) -> AlarmRow:
    return AlarmRow(
        id=new_id("Q"),
        at=now,
        incident_id=None,
        sentence=f"{letter.recipient} did not get the letter “{letter.words.subject}”:"
        f" {delivery.detail}",
    )
