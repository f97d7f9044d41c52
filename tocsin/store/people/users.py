"""Users: what can be asked about them beyond their rows."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.user import Role, User
from tocsin.store import tables
from tocsin.store.rows import Rows, Where

USERS: Final = Rows(tables.users, User)
BY_NAME: Final = (sa.func.lower(tables.users.c.name),)


def named_like(text: str) -> Where:
    """Find by a part of the name or of the e-mail address."""
    name, email = USERS.c.name, USERS.c.email
    return sa.or_(name.icontains(text, autoescape=True), email.icontains(text, autoescape=True))


def called(names: Sequence[str]) -> Where:
    """Find those who have one of these ids or e-mail addresses."""
    emails = [name.lower() for name in names]
    return sa.or_(USERS.c.id.in_(names), sa.func.lower(USERS.c.email).in_(emails))


async def by_email(tx: AsyncConnection, email: str) -> User | None:
    """Find the user with this e-mail address, however it is capitalised."""
    same = sa.func.lower(USERS.c.email) == sa.func.lower(email)
    found = await USERS.select(tx, same, limit=1)
    return found[0] if found else None


async def count_roles(tx: AsyncConnection) -> dict[Role, int]:
    """Count how many have each role."""
    query = sa.select(USERS.c.role, sa.func.count()).group_by(USERS.c.role)
    return {row[0]: row[1] for row in await tx.execute(query)}


async def password_hash(tx: AsyncConnection, user_id: str) -> str | None:
    """Return the hash of a person's password, if they have one."""
    query = sa.select(tables.users.c.password_hash).where(USERS.c.id == user_id)
    return (await tx.execute(query)).scalar()


async def set_password(tx: AsyncConnection, user_id: str, password_hash: str) -> None:
    """Store the hash of a person's password; with one, no invitation waits for them any more."""
    theirs = sa.update(tables.users).where(USERS.c.id == user_id)
    await tx.execute(theirs.values(password_hash=password_hash, invitation_sent=False))


async def with_password(tx: AsyncConnection, user_ids: Sequence[str]) -> set[str]:
    """Return those of these people who have a password."""
    has_one = tables.users.c.password_hash.is_not(None)
    query = sa.select(USERS.c.id).where(USERS.c.id.in_(user_ids), has_one)
    return set((await tx.execute(query)).scalars())


async def hold_all(tx: AsyncConnection) -> None:
    """Let nobody else add, change or take away people until the transaction ends."""
    await tx.execute(sa.text("lock table users in share row exclusive mode"))


async def open_incidents(tx: AsyncConnection, user_id: str, limit: int) -> list[str]:
    """Return the numbers, as people write them, of the first open incidents of this person."""
    incidents = tables.incidents.c
    query = (
        sa.select(incidents.number)
        .where(incidents.status != "resolved", incidents.assignee_ids.contains([user_id]))
        .order_by(incidents.number)
        .limit(limit)
    )
    return [f"#{number}" for number in (await tx.execute(query)).scalars()]
