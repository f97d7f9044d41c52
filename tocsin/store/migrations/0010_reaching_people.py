"""Providers carry messages; receipts and answers come back."""

from typing import Final

from alembic import op

revision: Final = "0010"
down_revision: Final = "0009"

TABLES: Final = """
    create table providers (
        id varchar(14) collate "C" not null,
        type text not null,
        kind text not null,
        name text not null,
        position integer default '0' not null,
        settings_encrypted bytea not null,
        is_disabled boolean default false not null,
        most_per_minute integer,
        created_at timestamptz default now() not null,
        updated_at timestamptz default now() not null,
        constraint pk_providers primary key (id)
    );
    comment on table providers is
        'Whom administrators have set up to carry messages.';
    comment on column providers.type is
        'The name of the channel that it is.';
    comment on column providers.kind is
        'The contact methods that it reaches.';
    comment on column providers.most_per_minute is
        'Messages; none: as many as there are.';

    create table provider_health (
        id text collate "C" not null,
        failures integer default '0' not null,
        rests_until timestamptz,
        refused_at timestamptz,
        refusal text default '' not null,
        last_ok_at timestamptz,
        last_failed_at timestamptz,
        last_detail text default '' not null,
        unheard_since timestamptz,
        unheard_why text default '' not null,
        constraint pk_provider_health primary key (id)
    );
    comment on table provider_health is
        'How providers have done lately: one that fails is spared for a while.';
    comment on column provider_health.refused_at is
        'When it was asked and did not know us.';
    comment on column provider_health.unheard_since is
        'Since when what people answer is not heard.';

    create table messages (
        id varchar(14) collate "C" not null,
        at timestamptz default now() not null,
        kind text not null,
        channel text not null,
        user_id varchar(14) collate "C" not null,
        contact_method_id varchar(14) collate "C",
        address text not null,
        incident_ids varchar(14)[] collate "C" default '{}' not null,
        body jsonb not null,
        classes text[] default '{}' not null,
        pages jsonb default '[]'::jsonb not null,
        provider_id text collate "C" default '' not null,
        provider_ref text collate "C",
        receipt text,
        receipt_at timestamptz,
        receipt_detail text default '' not null,
        answered_at timestamptz,
        answer text,
        constraint pk_messages primary key (id)
    );
    create index ix_messages_at on messages (at);
    create index ix_messages_channel on messages (channel, address, at);
    create index ix_messages_provider_id on messages (provider_id, provider_ref);
    create index ix_messages_provider_id_at on messages (provider_id, at);
    create index ix_messages_user_id on messages (user_id, at);
    comment on table messages is
        'What was handed to channels, so that receipts and answers find what they are about.';
    comment on column messages.kind is
        'page, trial, hand_off and others.';
    comment on column messages.body is
        'The message as it was composed.';
    comment on column messages.provider_ref is
        'The name the provider gave it.';
    comment on column messages.receipt is
        'accepted, sent, delivered, read or failed.';

    create table proofs (
        contact_method_id varchar(14) collate "C" not null,
        code_hash bytea not null,
        attempts integer default '0' not null,
        created_at timestamptz default now() not null,
        expires_at timestamptz not null,
        constraint pk_proofs primary key (contact_method_id),
        constraint fk_proofs_contact_method_id foreign key(contact_method_id)
            references contact_methods (id) on delete cascade
    );
    comment on table proofs is
        'Codes that were sent to a contact method, to be typed in as proof.';

    create table shadows (
        id varchar(14) collate "C" not null,
        user_id varchar(14) collate "C" not null,
        mentor_id varchar(14) collate "C",
        schedule_id varchar(14) collate "C",
        contact_method_id varchar(14) collate "C",
        created_at timestamptz default now() not null,
        constraint pk_shadows primary key (id),
        constraint uq_shadows_user_id_mentor_id_schedule_id unique nulls not distinct
            (user_id, mentor_id, schedule_id),
        constraint fk_shadows_user_id foreign key(user_id) references users (id) on delete cascade,
        constraint fk_shadows_mentor_id foreign key(mentor_id)
            references users (id) on delete cascade,
        constraint fk_shadows_schedule_id foreign key(schedule_id)
            references schedules (id) on delete cascade,
        constraint fk_shadows_contact_method_id foreign key(contact_method_id)
            references contact_methods (id) on delete set null
    );
    create index ix_shadows_contact_method_id on shadows (contact_method_id);
    create index ix_shadows_mentor_id on shadows (mentor_id);
    create index ix_shadows_schedule_id on shadows (schedule_id);
    create index ix_shadows_user_id on shadows (user_id);
    comment on table shadows is
        'Who gets copies of the pages of a mentor, or of whoever holds a schedule.';
    comment on column shadows.contact_method_id is
        'Where the copies go. Null: by a way that is no telephone call.';

    create table handoff_rules (
        id varchar(14) collate "C" not null,
        user_id varchar(14) collate "C" not null,
        contact_method_id varchar(14) collate "C" not null,
        handoff_type text not null,
        advance_minutes integer default '0' not null,
        created_at timestamptz default now() not null,
        constraint pk_handoff_rules primary key (id),
        constraint uq_handoff_rules_contact_method_id_handoff_type_advance_minutes unique
            (contact_method_id, handoff_type, advance_minutes),
        constraint fk_handoff_rules_user_id foreign key(user_id)
            references users (id) on delete cascade,
        constraint fk_handoff_rules_contact_method_id foreign key(contact_method_id)
            references contact_methods (id) on delete cascade
    );
    create index ix_handoff_rules_contact_method_id on handoff_rules (contact_method_id);
    create index ix_handoff_rules_user_id on handoff_rules (user_id);
    comment on table handoff_rules is
        'Who wants to be told before a shift begins or ends.';
    comment on column handoff_rules.handoff_type is
        'both, oncall or offcall.';

    create table handoff_notices (
        rule_id varchar(14) collate "C" not null,
        schedule_id varchar(14) collate "C" not null,
        shift_at timestamptz not null,
        handoff_type text not null,
        constraint pk_handoff_notices primary key (rule_id, schedule_id, shift_at, handoff_type)
    );
    comment on table handoff_notices is
        'Of which shifts somebody was told already.';

    create table wake_warnings (
        user_id varchar(14) collate "C" not null,
        target_id varchar(14) collate "C" not null,
        shift_at timestamptz not null,
        constraint pk_wake_warnings primary key (user_id, target_id, shift_at),
        constraint fk_wake_warnings_user_id foreign key(user_id)
            references users (id) on delete cascade
    );
    comment on table wake_warnings is
        'Of which shifts administrators were told that nothing can wake whoever has them.';
    comment on column wake_warnings.target_id is
        'A schedule, or the user.';

    create table status_update_rules (
        id varchar(14) collate "C" not null,
        user_id varchar(14) collate "C" not null,
        contact_method_id varchar(14) collate "C" not null,
        created_at timestamptz default now() not null,
        constraint pk_status_update_rules primary key (id),
        constraint uq_status_update_rules_contact_method_id unique (contact_method_id),
        constraint fk_status_update_rules_user_id foreign key(user_id)
            references users (id) on delete cascade,
        constraint fk_status_update_rules_contact_method_id foreign key(contact_method_id)
            references contact_methods (id) on delete cascade
    );
    create index ix_status_update_rules_contact_method_id
        on status_update_rules (contact_method_id);
    create index ix_status_update_rules_user_id on status_update_rules (user_id);
    comment on table status_update_rules is
        'By what people are told of status updates.';

    create table incident_subscribers (
        incident_id varchar(14) collate "C" not null,
        subscriber_type text not null,
        subscriber_id varchar(14) collate "C" not null,
        created_at timestamptz default now() not null,
        constraint pk_incident_subscribers primary key
            (incident_id, subscriber_type, subscriber_id),
        constraint fk_incident_subscribers_incident_id foreign key(incident_id)
            references incidents (id) on delete cascade
    );
    comment on table incident_subscribers is
        'Who is told of status updates of an incident.';
    comment on column incident_subscribers.subscriber_type is
        'user or team.';

    create table status_updates (
        id varchar(14) collate "C" not null,
        incident_id varchar(14) collate "C" not null,
        sender_id varchar(14) collate "C" not null,
        message text not null,
        subject text,
        html_message text,
        created_at timestamptz default now() not null,
        constraint pk_status_updates primary key (id),
        constraint fk_status_updates_incident_id foreign key(incident_id)
            references incidents (id) on delete cascade
    );
    create index ix_status_updates_incident_id on status_updates (incident_id);
    comment on table status_updates is
        'What stakeholders were told of an incident.';

    create table responder_requests (
        id varchar(14) collate "C" not null,
        incident_id varchar(14) collate "C" not null,
        requester_id varchar(14) collate "C" not null,
        message text not null,
        targets jsonb not null,
        created_at timestamptz default now() not null,
        updated_at timestamptz,
        constraint pk_responder_requests primary key (id),
        constraint fk_responder_requests_incident_id foreign key(incident_id)
            references incidents (id) on delete cascade
    );
    create index ix_responder_requests_incident_id on responder_requests (incident_id);
    comment on table responder_requests is
        'Who was asked to help with an incident.';
    comment on column responder_requests.targets is
        'Who was asked, and what they said.';

    create table templates (
        form text not null,
        language text not null,
        text text not null,
        updated_at timestamptz default now() not null,
        constraint pk_templates primary key (form, language)
    );
    comment on table templates is
        'The words of messages where administrators want others than those built in.';
    comment on column templates.form is
        'title, text, body or speech.';

    create table rooms (
        id varchar(14) collate "C" not null,
        provider_id varchar(14) collate "C" not null,
        service_id varchar(14) collate "C",
        address text not null,
        name text not null,
        language text default 'en' not null,
        created_at timestamptz default now() not null,
        constraint pk_rooms primary key (id),
        constraint uq_rooms_provider_id_service_id_address unique nulls not distinct
            (provider_id, service_id, address),
        constraint fk_rooms_provider_id foreign key(provider_id)
            references providers (id) on delete cascade,
        constraint fk_rooms_service_id foreign key(service_id)
            references services (id) on delete cascade
    );
    create index ix_rooms_provider_id on rooms (provider_id);
    create index ix_rooms_service_id on rooms (service_id);
    comment on table rooms is
        'Rooms of a chat in which the incidents of a service, or of all, are posted.';

    create table room_posts (
        room_id varchar(14) collate "C" not null,
        incident_id varchar(14) collate "C" not null,
        provider_ref text not null,
        created_at timestamptz default now() not null,
        constraint pk_room_posts primary key (room_id, incident_id),
        constraint fk_room_posts_room_id foreign key(room_id)
            references rooms (id) on delete cascade
    );
    create index ix_room_posts_incident_id on room_posts (incident_id);
    comment on table room_posts is
        'What was posted of an incident in a room, to be changed when the incident changes.';

    create table user_groups (
        id varchar(14) collate "C" not null,
        provider_id varchar(14) collate "C" not null,
        schedule_id varchar(14) collate "C" not null,
        address text not null,
        members text default '' not null,
        detail text default '' not null,
        created_at timestamptz default now() not null,
        constraint pk_user_groups primary key (id),
        constraint uq_user_groups_provider_id_address unique (provider_id, address),
        constraint fk_user_groups_provider_id foreign key(provider_id)
            references providers (id) on delete cascade,
        constraint fk_user_groups_schedule_id foreign key(schedule_id)
            references schedules (id) on delete cascade
    );
    create index ix_user_groups_provider_id on user_groups (provider_id);
    create index ix_user_groups_schedule_id on user_groups (schedule_id);
    comment on table user_groups is
        'Groups of a chat that are kept in step with who holds a schedule.';
    comment on column user_groups.address is
        'The group, as the chat names it.';

    create table call_lines (
        id varchar(14) collate "C" not null,
        provider_id varchar(14) collate "C" not null,
        number text not null,
        name text not null,
        language text default 'en' not null,
        service_id varchar(14) collate "C" not null,
        ring_seconds integer default '20' not null,
        created_at timestamptz default now() not null,
        constraint pk_call_lines primary key (id),
        constraint uq_call_lines_provider_id_number unique (provider_id, number),
        constraint fk_call_lines_provider_id foreign key(provider_id)
            references providers (id) on delete cascade,
        constraint fk_call_lines_service_id foreign key(service_id)
            references services (id) on delete cascade
    );
    create index ix_call_lines_provider_id on call_lines (provider_id);
    create index ix_call_lines_service_id on call_lines (service_id);
    comment on table call_lines is
        'Telephone numbers that ring whoever is on call.';

    create table calls (
        id varchar(14) collate "C" not null,
        line_id varchar(14) collate "C" not null,
        provider_ref text collate "C" not null,
        caller text not null,
        at timestamptz default now() not null,
        state jsonb not null,
        incident_id varchar(14) collate "C",
        sound bytea,
        constraint pk_calls primary key (id),
        constraint uq_calls_line_id_provider_ref unique (line_id, provider_ref),
        constraint fk_calls_line_id foreign key(line_id)
            references call_lines (id) on delete cascade
    );
    create index ix_calls_line_id on calls (line_id);
    create index ix_calls_at on calls (at);
    comment on table calls is
        'Calls that came in at a number of ours.';
    comment on column calls.state is
        'Who was rung, and who has taken it.';
    comment on column calls.sound is
        'The message that was recorded, as MP3.';

    alter table contact_methods
        add column sealed bytea, add column proven_at timestamptz,
        add column fault text, add column fault_at timestamptz;
    comment on column contact_methods.sealed is 'The whole address, where it is a secret.';
    comment on column contact_methods.proven_at is 'When it was shown that it reaches its owner.';
    comment on column contact_methods.fault is 'Why it reaches nobody: a bounce, a refusal.';
    alter table users
        add column language text, add column awake_check_minutes integer,
        add column quiet_hours jsonb, add column digest_seconds integer;
    comment on column users.language is 'In which they are told; none: the account''s.';
    comment on column users.quiet_hours is 'When pages of low urgency wait.';
    comment on column users.digest_seconds is
        'How long pages gather in a storm; none: as long as the account''s.';
    alter table work add column held_until timestamptz;
    create index ix_work_waiting on work (lane) where held_until is not null;
    comment on column work.held_until is 'For the limit of a provider; then due is the same.';
    alter table notifications
        add column message_id varchar(14) collate "C",
        add column carrier text not null default '',
        add column receipt text, add column receipt_at timestamptz;
    create index ix_notifications_message_id on notifications (message_id);
    alter table quarantine add column headers text not null default '';
    comment on column quarantine.headers is 'Without secrets.';
    comment on column deliveries.lane is
        'What it is: signal, webhook, write_back, room, recording.';
"""


RAISE_CONFIG_VERSION: Final = """
    create trigger raise_config_version after insert or update or delete or truncate
        on {} for each statement execute function raise_config_version()
"""


def upgrade() -> None:
    """Make the tables, and keep the version of the configuration."""
    for statement in TABLES.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for table in ("providers", "templates", "shadows", "rooms"):
        op.execute(RAISE_CONFIG_VERSION.format(table))
