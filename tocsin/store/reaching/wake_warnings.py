"""Warnings: of which shifts administrators were told that nothing can wake whoever has them."""

from collections.abc import Collection
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.reaching.waking import Vigil
from tocsin.store.reaching.reach_tables import wake_warnings

_TURN: Final = 0x70C53  # any number that other programs on this database do not lock


async def take_turn(tx: AsyncConnection) -> bool:
    """Say whether this transaction may warn; another node may be at it."""
    lock = sa.func.pg_try_advisory_xact_lock(_TURN)
    return bool((await tx.execute(sa.select(lock))).scalar_one())


async def keep(tx: AsyncConnection, warned: Collection[Vigil]) -> list[Vigil]:
    """Keep these instead of those before, and return the new ones in their order."""
    c = wake_warnings.c
    before = {Vigil(**row) for row in (await tx.execute(sa.select(wake_warnings))).mappings()}
    new = [vigil for vigil in warned if vigil not in before]
    for gone in before.difference(warned):
        row = (
            c.user_id == gone.user_id,
            c.target_id == gone.target_id,
            c.shift_at == gone.shift_at,
        )
        await tx.execute(sa.delete(wake_warnings).where(*row))
    if new:
        rows = [msgspec.structs.asdict(vigil) for vigil in new]
        await tx.execute(sa.insert(wake_warnings), rows)
    return new
