"""New alerts look for the open incidents of their service: an index leads there at once."""

from typing import Final

from alembic import op

revision: Final = "0005"
down_revision: Final = "0004"

INDEX: Final = """
    create index ix_incidents_service_id_open on incidents (service_id, created_at, number)
    where status <> 'resolved'
"""


def upgrade() -> None:
    """Make the index."""
    op.execute(INDEX)
