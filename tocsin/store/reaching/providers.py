"""Providers, with sealed settings, and how they have done lately."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.provider import Health
from tocsin.store.reaching.reach_tables import provider_health, providers
from tocsin.store.rows import Rows, any_of


class SealedProvider(msgspec.Struct, frozen=True, kw_only=True):
    """A provider as it is stored: what it was given is sealed."""

    id: str
    type: str
    kind: str
    name: str
    position: int
    settings_encrypted: bytes
    is_disabled: bool
    most_per_minute: int | None
    created_at: datetime
    updated_at: datetime


PROVIDERS: Final = Rows(providers, SealedProvider)
IN_ORDER: Final = (providers.c.kind, providers.c.position, providers.c.id)
_HEARD_APART: Final = ("id", "unheard_since", "unheard_why")  # who sends does not know of it
_HEALTHS: Final = Rows(provider_health, Health)
_LAST_TAKEN: Final = sa.text("""
select given.id, m.at
from unnest(cast(:ids as text[])) as given(id)
cross join lateral (
  select at from messages
  where provider_id = given.id and receipt in ('accepted', 'sent', 'delivered', 'read')
  order by at desc limit 1
) m
""")


async def hold_health(tx: AsyncConnection, id_: str) -> Health:
    """Return how one has done, and let nobody else change it until the transaction ends.

    Several may fail for the first time at once: there must be a row to hold.
    """
    await tx.execute(postgresql.insert(provider_health).values(id=id_).on_conflict_do_nothing())
    return await _HEALTHS.get(tx, id_, hold=True) or Health(id=id_)


async def claim(tx: AsyncConnection, health: Health, until: datetime) -> bool:
    """Let one that has rested rest on, for everybody but the first who asks."""
    c = provider_health.c
    query = sa.update(provider_health).where(c.id == health.id, c.rests_until == health.rests_until)
    return (await tx.execute(query.values(rests_until=until).returning(c.id))).first() is not None


async def healths(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, Health]:
    """Return how these have done; one that was never asked is missing."""
    found = await _HEALTHS.select(tx, provider_health.c.id == any_of(ids))
    return {health.id: health for health in found}


async def last_taken(tx: AsyncConnection, ids: Iterable[str]) -> dict[str, datetime]:
    """Return when these took a message last; a success alone is not written down."""
    rows = await tx.execute(_LAST_TAKEN, {"ids": list(ids)})
    return {row.id: row.at for row in rows}


async def keep_health(tx: AsyncConnection, health: Health) -> None:
    """Keep how one has done."""
    values = msgspec.structs.asdict(health)
    query = postgresql.insert(provider_health).values(values)
    changed = {name: query.excluded[name] for name in values if name not in _HEARD_APART}
    await tx.execute(query.on_conflict_do_update(index_elements=["id"], set_=changed))


async def note_unheard(tx: AsyncConnection, id_: str, since: datetime, why: str) -> None:
    """Keep that what people answer by one is not heard, since the first time that it was noted."""
    query = postgresql.insert(provider_health).values(id=id_, unheard_since=since, unheard_why=why)
    first = sa.func.coalesce(provider_health.c.unheard_since, since)
    changed = {"unheard_since": first, "unheard_why": why}
    await tx.execute(query.on_conflict_do_update(index_elements=["id"], set_=changed))


async def note_heard(tx: AsyncConnection, id_: str) -> None:
    """Keep that what people answer by one is heard again."""
    c = provider_health.c
    query = sa.update(provider_health).where(c.id == id_, c.unheard_since.is_not(None))
    await tx.execute(query.values(unheard_since=None, unheard_why=""))
