"""People work in teams, set passwords by links in mails, and take their shifts into calendars."""

from typing import Final

from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"

TABLES: Final = """
    create table teams (
        id varchar(14) collate "C" not null,
        name text not null,
        description text,
        default_role text default 'manager' not null,
        created_at timestamptz default now() not null,
        constraint pk_teams primary key (id)
    );
    create unique index uq_teams_name on teams (lower(name));

    create table team_members (
        team_id varchar(14) collate "C" not null,
        user_id varchar(14) collate "C" not null,
        role text default 'manager' not null,
        constraint pk_team_members primary key (team_id, user_id),
        constraint fk_team_members_team_id_teams foreign key (team_id)
            references teams (id) on delete cascade,
        constraint fk_team_members_user_id_users foreign key (user_id)
            references users (id) on delete cascade
    );
    create index ix_team_members_user_id on team_members (user_id);

    create table tickets (
        id varchar(14) collate "C" not null,
        user_id varchar(14) collate "C" not null,
        kind text not null,
        token_hash bytea not null,
        created_at timestamptz default now() not null,
        expires_at timestamptz not null,
        constraint pk_tickets primary key (id),
        constraint fk_tickets_user_id_users foreign key (user_id)
            references users (id) on delete cascade,
        constraint uq_tickets_token_hash unique (token_hash)
    );
    create index ix_tickets_user_id on tickets (user_id);
    comment on table tickets is 'Links sent by mail with which somebody sets a password, once.';
    comment on column tickets.kind is 'invitation or reset.';

    create table calendars (
        id varchar(14) collate "C" not null,
        user_id varchar(14) collate "C" not null,
        schedule_id varchar(14) collate "C",
        token_hash bytea not null,
        token_encrypted bytea not null,
        created_at timestamptz default now() not null,
        constraint pk_calendars primary key (id),
        constraint fk_calendars_schedule_id_schedules foreign key (schedule_id)
            references schedules (id) on delete cascade,
        constraint fk_calendars_user_id_users foreign key (user_id)
            references users (id) on delete cascade,
        constraint uq_calendars_token_hash unique (token_hash),
        constraint uq_calendars_user_id_schedule_id unique nulls not distinct (user_id, schedule_id)
    );
    create index ix_calendars_schedule_id on calendars (schedule_id);
    create index ix_calendars_user_id on calendars (user_id);
    comment on table calendars is
        'Secret addresses of feeds: of a schedule, or of a person''s own shifts.';

    alter table escalation_policies
        add column team_ids varchar(14)[] collate "C" default '{}' not null;
    alter table schedules add column team_ids varchar(14)[] collate "C" default '{}' not null;
"""


def upgrade() -> None:
    """Make the tables, and note on policies and schedules whose they are."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
