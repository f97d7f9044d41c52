"""Search: things by a part of their names, incidents by number, key or title, in few statements."""

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store import tables
from tocsin.store.monitoring import monitoring_tables
from tocsin.store.response.incident_lists import with_key
from tocsin.store.tables import incidents

Kind = Literal["service", "user", "team", "escalation_policy", "schedule", "monitor", "environment"]

NEWEST: Final = 10_000  # titles of older incidents are not looked at: no index could find them
LONGEST_NUMBER: Final = 18  # digits

_TABLES: Final[dict[Kind, sa.Table]] = {
    "service": tables.services,
    "user": tables.users,
    "team": tables.teams,
    "escalation_policy": tables.escalation_policies,
    "schedule": tables.schedules,
    "monitor": monitoring_tables.monitors,
    "environment": monitoring_tables.environments,
}
_DETAILS: Final[dict[Kind, str]] = {"user": "email", "monitor": "shown"}


class Thing(msgspec.Struct, frozen=True, kw_only=True):
    """What has a name and a page; ``detail`` tells it from others of the same name."""

    kind: Kind
    id: str
    name: str
    detail: str | None = None


async def things(tx: AsyncConnection, text: str, *, most: int) -> list[Thing]:
    """Find at most so many things of each kind, those first whose names begin with the text."""
    kinds = (_of_kind(kind, text, most).subquery().select() for kind in _TABLES)
    return [Thing(**row) for row in (await tx.execute(sa.union_all(*kinds))).mappings()]


def incident_ids(text: str, *, most: int) -> sa.CompoundSelect[Any]:
    """Find incidents by their number, id or key, and the newest by a part of their title."""
    return sa.union(*(part.subquery().select() for part in _incidents(text, most)))


def number_in(text: str) -> int:
    """Return the number that a text is, with or without its sign, or 0, which no incident has."""
    number = text.removeprefix("#")
    return int(number) if number.isdecimal() and len(number) <= LONGEST_NUMBER else 0


def _of_kind(kind: Kind, text: str, most: int) -> sa.Select[Any]:
    c = _TABLES[kind].c
    detail: sa.ColumnElement[Any]
    detail = c[_DETAILS[kind]] if kind in _DETAILS else sa.cast(sa.null(), sa.Text)
    fits = [c.name.icontains(text, autoescape=True), c.id == text]
    if kind in _DETAILS:
        fits.append(detail.icontains(text, autoescape=True))
    return (
        sa.select(sa.literal(kind).label("kind"), c.id, c.name, detail.label("detail"))
        .where(sa.or_(*fits))
        .order_by(c.name.istartswith(text, autoescape=True).desc(), sa.func.lower(c.name), c.id)
        .limit(most)
    )


def _incidents(text: str, most: int) -> Iterator[sa.Select[Any]]:
    c = incidents.c
    yield sa.select(c.id).where(c.number == number_in(text))
    yield sa.select(c.id).where(c.id == text)
    yield sa.select(with_key(text).subquery()).limit(most)
    newest = sa.select(sa.func.max(c.number) - NEWEST).scalar_subquery()
    titled = c.title.icontains(text, autoescape=True)
    yield sa.select(c.id).where(c.number > newest, titled).order_by(c.number.desc()).limit(most)
