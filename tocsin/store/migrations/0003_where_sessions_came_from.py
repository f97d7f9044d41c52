"""People recognise their sessions by the browser and the address that they were begun from."""

from typing import Final

from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"


def upgrade() -> None:
    """Note both; of sessions that were begun before, neither is known."""
    op.execute("""
        alter table sessions
            add column user_agent text default '' not null,
            add column address text default '' not null
    """)
