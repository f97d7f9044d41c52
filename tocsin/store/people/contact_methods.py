"""Contact methods, in the order in which people made them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.address import TELEPHONES
from tocsin.store import tables
from tocsin.store.rows import Rows

CONTACT_METHODS: Final = Rows(tables.contact_methods, ContactMethod)


async def of_users(tx: AsyncConnection, user_ids: Iterable[str]) -> list[ContactMethod]:
    """List all ways to reach these people."""
    columns = tables.contact_methods.c
    owned = columns.user_id.in_(sorted(set(user_ids)))
    return await CONTACT_METHODS.select(tx, owned, order_by=(columns.created_at,))


async def of_user(tx: AsyncConnection, user_id: str) -> dict[str, ContactMethod]:
    """Read all ways to reach a person, by their ids."""
    return {method.id: method for method in await of_users(tx, [user_id])}


async def owners_of(tx: AsyncConnection, kind: str, address: str) -> list[str]:
    """List the ids of those who are reached at an address; of a telephone, with its plus.

    Whoever has a number has it for calls and for all kinds of texts.
    """
    c = tables.contact_methods.c
    is_it = sa.func.concat("+", c.country_code, c.address) == address
    kinds = TELEPHONES if kind in TELEPHONES else {kind}
    query = sa.select(c.user_id).where(c.kind.in_(kinds), sa.or_(c.address == address, is_it))
    return list(dict.fromkeys((await tx.execute(query.order_by(c.created_at, c.id))).scalars()))


async def keep_fault(tx: AsyncConnection, id_: str, fault: str | None, now: datetime) -> None:
    """Keep why an address reaches nobody, or that it does reach somebody after all."""
    query = sa.update(tables.contact_methods).where(tables.contact_methods.c.id == id_)
    await tx.execute(query.values(fault=fault, fault_at=None if fault is None else now))


async def keep_address(tx: AsyncConnection, method: ContactMethod, address: str) -> None:
    """Keep how the provider itself calls an address, unless its owner has that one already."""
    c, others = tables.contact_methods.c, tables.contact_methods.alias()
    same = (others.c.user_id == method.user_id, others.c.kind == method.kind)
    taken = sa.select(others.c.id).where(*same, others.c.address == address).exists()
    query = sa.update(tables.contact_methods).where(c.id == method.id, ~taken)
    await tx.execute(query.values(address=address))
