"""Rooms of chats, what was posted in them, and groups that follow schedules."""

from typing import Final

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.machines.webhook import INCIDENT_EVENTS, Listener
from tocsin.domain.reaching.room import Room, UserGroup
from tocsin.store.reaching.reach_tables import room_posts, rooms, user_groups
from tocsin.store.rows import Rows

ROOMS: Final = Rows(rooms, Room)
GROUPS: Final = Rows(user_groups, UserGroup)
BY_NAME: Final = (sa.func.lower(rooms.c.name),)
BY_ADDRESS: Final = (user_groups.c.address,)

_LISTENERS: Final = """
select r.id, r.service_id from rooms r join providers p on p.id = r.provider_id
where not p.is_disabled order by r.id
"""


async def listeners(connection: asyncpg.Connection) -> tuple[Listener, ...]:
    """Read which rooms hear of what."""
    return tuple(
        Listener(
            id=row["id"],
            lane="room",
            events=frozenset(INCIDENT_EVENTS),
            service_ids=None if row["service_id"] is None else frozenset({row["service_id"]}),
        )
        for row in await connection.fetch(_LISTENERS)
    )


async def keep_detail(tx: AsyncConnection, group_id: str, detail: str) -> None:
    """Keep what came of telling a chat whom a group shall hold."""
    where = user_groups.c.id == group_id
    await tx.execute(sa.update(user_groups).where(where).values(detail=detail))


async def reference(tx: AsyncConnection, room_id: str, incident_id: str) -> str | None:
    """Return by what name the post of an incident is found again, None if there is none."""
    query = sa.select(room_posts.c.provider_ref).where(
        room_posts.c.room_id == room_id, room_posts.c.incident_id == incident_id
    )
    found: str | None = await tx.scalar(query)
    return found


async def keep_reference(
    tx: AsyncConnection, room_id: str, incident_id: str, reference: str
) -> None:
    """Keep by what name the post of an incident is found again, as long as the room is there."""
    room = sa.select(rooms.c.id, sa.literal(incident_id), sa.literal(reference))
    query = postgresql.insert(room_posts).from_select(
        ["room_id", "incident_id", "provider_ref"], room.where(rooms.c.id == room_id)
    )
    changed = {"provider_ref": query.excluded.provider_ref}
    await tx.execute(
        query.on_conflict_do_update(index_elements=["room_id", "incident_id"], set_=changed)
    )
