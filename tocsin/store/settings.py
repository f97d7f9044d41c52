"""What the installation remembers about itself, and what its administrators decided."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.tables import config_version, settings

DECIDED: Final = "account."  # how the names of decisions begin; other rows are no configuration
TELL: Final = "account"  # the channel on which nodes hear that something was decided


async def remembered(tx: AsyncConnection, name: str, value: Any) -> Any:
    """Return what is remembered under ``name``; remember ``value`` if nothing is."""
    await tx.execute(insert(settings).values(name=name, value=value).on_conflict_do_nothing())
    return await recall(tx, name)


async def recall(tx: AsyncConnection, name: str) -> Any:
    """Return what is remembered under ``name``, None if nothing is."""
    return (await tx.execute(sa.select(settings.c.value).where(settings.c.name == name))).scalar()


async def keep(tx: AsyncConnection, name: str, value: Any) -> None:
    """Remember this under ``name`` from now on."""
    query = insert(settings).values(name=name, value=value)
    await tx.execute(query.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


async def decisions(tx: AsyncConnection) -> dict[str, Any]:
    """Return what was decided, by the names of the account's fields."""
    query = sa.select(settings).where(settings.c.name.startswith(DECIDED))
    return {row.name.removeprefix(DECIDED): row.value for row in await tx.execute(query)}


async def hold(tx: AsyncConnection) -> None:
    """Let nobody else decide until the transaction ends."""
    await tx.execute(sa.select(config_version).with_for_update())


async def decide(tx: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Store decisions, and let every node know."""
    rows = [{"name": DECIDED + field, "value": value} for field, value in values.items()]
    query = insert(settings).values(rows)
    await tx.execute(
        query.on_conflict_do_update(index_elements=["name"], set_={"value": query.excluded.value})
    )
    await _tell(tx)


async def take_back(tx: AsyncConnection, fields: Iterable[str]) -> None:
    """Forget decisions, and let every node know."""
    names = [DECIDED + field for field in fields]
    await tx.execute(sa.delete(settings).where(settings.c.name.in_(names)))
    await _tell(tx)


async def _tell(tx: AsyncConnection) -> None:
    """Raise the version of the configuration: whoever pages reads the catch-all anew."""
    await tx.execute(sa.update(config_version).values(version=config_version.c.version + 1))
    await tx.execute(sa.select(sa.func.pg_notify(TELL, "")))
