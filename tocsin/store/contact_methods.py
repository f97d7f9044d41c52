"""Contact methods, in the order in which people made them."""

from collections.abc import Iterable
from typing import Final

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
