"""What all tables are made of: names, kinds of columns, and the columns that many of them have."""

from typing import Final

import sqlalchemy as sa

metadata: Final = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id: Final = sa.String(14, collation="C")  # ids are compared as bytes: they sort by their time
Instant: Final = sa.TIMESTAMP(timezone=True)
NOW: Final = sa.text("now()")
EMPTY_LIST: Final = sa.text("'[]'::jsonb")
NO_IDS: Final = sa.text("'{}'")
OPEN: Final = sa.text("status <> 'resolved'")


def id_() -> sa.Column[str]:
    """Return the column that every row is found by."""
    return sa.Column("id", Id, primary_key=True)


def at(name: str = "created_at") -> sa.Column[object]:
    """Return a column for an instant, the moment of writing if none is told."""
    return sa.Column(name, Instant, nullable=False, server_default=NOW)


def owner(name: str, table: str) -> sa.Column[str]:
    """Refer to a row that takes this one with it when it goes."""
    return sa.Column(
        name, Id, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False, index=True
    )
