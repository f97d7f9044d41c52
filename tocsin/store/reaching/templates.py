"""The words that administrators gave to messages, by form and language."""

from datetime import datetime
from typing import Final

import asyncpg
import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.reaching.reach_tables import templates

_KEY: Final = ("form", "language")


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """One text of theirs."""

    form: str
    language: str
    text: str
    updated_at: datetime


async def all_texts(connection: asyncpg.Connection) -> dict[tuple[str, str], str]:
    """Read all texts, by form and language."""
    rows = await connection.fetch("select form, language, text from templates")
    return {(row["form"], row["language"]): row["text"] for row in rows}


async def select(tx: AsyncConnection) -> list[Template]:
    """List all."""
    query = sa.select(templates).order_by(templates.c.form, templates.c.language)
    return [Template(**row) for row in (await tx.execute(query)).mappings()]


async def keep(tx: AsyncConnection, template: Template) -> None:
    """Keep a text in the place of the one before."""
    values = msgspec.structs.asdict(template)
    query = postgresql.insert(templates).values(values)
    changed = {name: query.excluded[name] for name in values if name not in _KEY}
    await tx.execute(query.on_conflict_do_update(index_elements=_KEY, set_=changed))


async def delete(tx: AsyncConnection, form: str, language: str) -> None:
    """Take a text away, if there is one."""
    c = templates.c
    await tx.execute(sa.delete(templates).where(c.form == form, c.language == language))
