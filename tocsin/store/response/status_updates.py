"""Status updates of incidents, and who has subscribed to them."""

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.response.status_update import StatusUpdate, Subscriber
from tocsin.store import tables
from tocsin.store.reaching.reach_tables import incident_subscribers, status_updates
from tocsin.store.rows import Rows

STATUS_UPDATES: Final = Rows(status_updates, StatusUpdate)

_c: Final = incident_subscribers.c
_PAIR: Final = (_c.subscriber_type, _c.subscriber_id)


async def subscribers(tx: AsyncConnection, incident_id: str) -> list[Subscriber]:
    """List who has subscribed to an incident, the first first."""
    query = sa.select(*_PAIR).where(_c.incident_id == incident_id).order_by(_c.created_at, *_PAIR)
    return [Subscriber(*row) for row in await tx.execute(query)]


async def subscribe(
    tx: AsyncConnection, incident_id: str, wanted: Collection[Subscriber]
) -> set[Subscriber]:
    """Let these hear of an incident; return those who did not before."""
    rows = [
        {"incident_id": incident_id, "subscriber_type": one.type, "subscriber_id": one.id}
        for one in wanted
    ]
    if not rows:
        return set()
    query = insert(incident_subscribers).values(rows).on_conflict_do_nothing().returning(*_PAIR)
    return {Subscriber(*row) for row in await tx.execute(query)}


async def unsubscribe(
    tx: AsyncConnection, incident_id: str, wanted: Collection[Subscriber]
) -> set[Subscriber]:
    """Let these hear of an incident no more; return those who did before."""
    named = sa.tuple_(*_PAIR).in_([(one.type, one.id) for one in wanted])
    query = sa.delete(incident_subscribers).where(_c.incident_id == incident_id, named)
    return {Subscriber(*row) for row in await tx.execute(query.returning(*_PAIR))}


async def existing(tx: AsyncConnection, wanted: Collection[Subscriber]) -> set[Subscriber]:
    """Return those of these people and teams that there are."""
    ids = sorted({one.id for one in wanted})
    users = sa.select(sa.literal("user"), tables.users.c.id).where(tables.users.c.id.in_(ids))
    teams = sa.select(sa.literal("team"), tables.teams.c.id).where(tables.teams.c.id.in_(ids))
    found = {Subscriber(*row) for row in await tx.execute(users.union_all(teams))}
    return found & set(wanted)


async def audience(tx: AsyncConnection, incident_id: str) -> set[str]:
    """Return the ids of all who hear of an incident, by themselves or with a team."""
    is_of = _c.incident_id == incident_id
    users = sa.select(_c.subscriber_id).where(is_of, _c.subscriber_type == "user")
    members = tables.team_members.c
    of_teams = (
        sa.select(members.user_id)
        .join(incident_subscribers, _c.subscriber_id == members.team_id)
        .where(is_of, _c.subscriber_type == "team")
    )
    return set((await tx.execute(users.union(of_teams))).scalars())
