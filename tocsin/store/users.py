"""Users: read and found."""

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.user import User
from tocsin.store.tables import users

WHOLE: Final = tuple(users.c[name] for name in User.__struct_fields__)


async def get(tx: AsyncConnection, user_id: str) -> User | None:
    """Read a user."""
    row = (await tx.execute(sa.select(*WHOLE).where(users.c.id == user_id))).first()
    return None if row is None else from_row(row)


async def by_email(tx: AsyncConnection, email: str) -> User | None:
    """Find the user with this e-mail address, however it is capitalised."""
    query = sa.select(*WHOLE).where(sa.func.lower(users.c.email) == sa.func.lower(email))
    row = (await tx.execute(query)).first()
    return None if row is None else from_row(row)


def from_row(row: Any) -> User:
    """Return the user of a row that holds all their columns, whatever else it holds."""
    return User(**{name: getattr(row, name) for name in User.__struct_fields__})
