"""Programs act for people who let them (OAuth 2)."""

from typing import Final

from alembic import op

revision: Final = "0008"
down_revision: Final = "0007"

TABLES: Final = """
    create table oauth_clients (
        id varchar(14) collate "C" not null,
        name text not null,
        description text default '' not null,
        public boolean not null,
        secret_hash bytea,
        redirect_uris text[] not null,
        scopes text[] not null,
        vendor_id varchar(14) collate "C",
        created_by varchar(14) collate "C",
        created_at timestamptz default now() not null,
        constraint pk_oauth_clients primary key (id)
    );
    comment on column oauth_clients.vendor_id is
        'Of integrations that it is given on the connect page.';

    create table oauth_codes (
        id varchar(14) collate "C" not null,
        client_id varchar(14) collate "C" not null,
        user_id varchar(14) collate "C" not null,
        code_hash bytea not null,
        redirect_uri text not null,
        scopes text[] not null,
        challenge text,
        nonce text,
        created_at timestamptz default now() not null,
        expires_at timestamptz not null,
        used_at timestamptz,
        family_id varchar(14) collate "C",
        constraint pk_oauth_codes primary key (id),
        constraint fk_oauth_codes_client_id foreign key(client_id)
            references oauth_clients (id) on delete cascade,
        constraint fk_oauth_codes_user_id foreign key(user_id)
            references users (id) on delete cascade,
        constraint uq_oauth_codes_code_hash unique (code_hash)
    );
    create index ix_oauth_codes_client_id on oauth_codes (client_id);
    create index ix_oauth_codes_user_id on oauth_codes (user_id);
    comment on column oauth_codes.family_id is
        'Of the tokens that it was swapped for.';

    create table oauth_tokens (
        id varchar(14) collate "C" not null,
        client_id varchar(14) collate "C" not null,
        user_id varchar(14) collate "C",
        family_id varchar(14) collate "C" not null,
        access_hash bytea not null,
        refresh_hash bytea,
        scopes text[] not null,
        granted text[] not null,
        created_at timestamptz default now() not null,
        expires_at timestamptz not null,
        refresh_expires_at timestamptz,
        refreshed_at timestamptz,
        revoked_at timestamptz,
        last_used_at timestamptz,
        constraint pk_oauth_tokens primary key (id),
        constraint fk_oauth_tokens_client_id foreign key(client_id)
            references oauth_clients (id) on delete cascade,
        constraint fk_oauth_tokens_user_id foreign key(user_id)
            references users (id) on delete cascade,
        constraint uq_oauth_tokens_access_hash unique (access_hash),
        constraint uq_oauth_tokens_refresh_hash unique (refresh_hash)
    );
    comment on column oauth_tokens.granted is
        'What a refresh may ask for.';
    create index ix_oauth_tokens_client_id on oauth_tokens (client_id);
    create index ix_oauth_tokens_family_id on oauth_tokens (family_id);
    create index ix_oauth_tokens_user_id on oauth_tokens (user_id);
"""


def upgrade() -> None:
    """Make the tables."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
