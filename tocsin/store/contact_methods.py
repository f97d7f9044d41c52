"""Contact methods, in the order in which people made them."""

from collections.abc import Iterable
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.user import ContactMethod
from tocsin.store import tables
from tocsin.store.rows import Rows

CONTACT_METHODS: Final = Rows(tables.contact_methods, ContactMethod)


async def of_users(tx: AsyncConnection, user_ids: Iterable[str]) -> list[ContactMethod]:
    """List all ways to reach these people."""
    columns = tables.contact_methods.c
    owned = columns.user_id.in_(sorted(set(user_ids)))
    return await CONTACT_METHODS.select(tx, owned, order_by=(columns.created_at,))


async def owners_of(tx: AsyncConnection, kind: str, address: str) -> list[str]:
    """List the ids of those who are reached at an address; of a telephone, with its plus."""
    c = tables.contact_methods.c
    is_it = sa.func.concat("+", c.country_code, c.address) == address
    query = sa.select(c.user_id).where(c.kind == kind, sa.or_(c.address == address, is_it))
    return list(dict.fromkeys((await tx.execute(query.order_by(c.created_at, c.id))).scalars()))
