"""Proofs: the codes that were sent to contact methods, one at a time to each."""

from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.reaching.reach_tables import proofs


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A code that was sent, as its hash, and how often it was guessed wrongly."""

    contact_method_id: str
    code_hash: bytes
    attempts: int = 0
    created_at: datetime
    expires_at: datetime


async def get(tx: AsyncConnection, contact_method_id: str) -> Proof | None:
    """Return the code that was sent last."""
    query = sa.select(proofs).where(proofs.c.contact_method_id == contact_method_id)
    row = (await tx.execute(query)).mappings().first()
    return Proof(**row) if row else None


async def put(tx: AsyncConnection, proof: Proof) -> None:
    """Keep a code in the place of the one before."""
    values = msgspec.structs.asdict(proof)
    query = postgresql.insert(proofs).values(values)
    await tx.execute(query.on_conflict_do_update(index_elements=["contact_method_id"], set_=values))


async def forget(tx: AsyncConnection, contact_method_id: str) -> None:
    """Forget a code: it is used up."""
    await tx.execute(sa.delete(proofs).where(proofs.c.contact_method_id == contact_method_id))
