"""Integrations have settings of their own, and keep the last body for a preview."""

from typing import Final

from alembic import op

revision: Final = "0009"
down_revision: Final = "0008"

TABLES: Final = """
    create table last_bodies (
        integration_id varchar(14) collate "C" not null,
        at timestamptz not null,
        body bytea not null,
        constraint pk_last_bodies primary key (integration_id)
    );
    comment on table last_bodies is
        'What integrations with a mapping of their own received last, for the preview.';
    alter table integrations add column settings_encrypted bytea;
    comment on column integrations.settings_encrypted is 'What its adapter needs to know.';
    alter table integrations add column hears_back boolean not null default false;
"""


def upgrade() -> None:
    """Make the tables."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
