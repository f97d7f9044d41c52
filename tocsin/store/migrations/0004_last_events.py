"""People see when each integration was last heard, so that a tool that fell silent is noticed."""

from typing import Final

from alembic import op

revision: Final = "0004"
down_revision: Final = "0003"

TABLE: Final = """
    create table last_events (
        integration_id varchar(14) collate "C" not null,
        at timestamptz not null,
        constraint pk_last_events primary key (integration_id)
    )
"""
WHAT_IT_IS: Final = """
    comment on table last_events is
        'When each integration was last heard, to within some seconds.'
"""


def upgrade() -> None:
    """Make the table; it fills by itself."""
    op.execute(TABLE)
    op.execute(WHAT_IT_IS)
