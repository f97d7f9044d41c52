"""Every table of the house, declared once; migrations are held against this file by a test."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from tocsin.store.columns import EMPTY_LIST, NO_IDS, OPEN, Id, Instant, at, id_, metadata, owner
from tocsin.store.machines import delivery_tables
from tocsin.store.monitoring import monitoring_tables
from tocsin.store.people.people_tables import (
    api_keys,
    calendars,
    contact_methods,
    notification_rules,
    sessions,
    team_members,
    teams,
    tickets,
    users,
)
from tocsin.store.reaching import reach_tables

__all__ = [
    "Id",
    "alarms",
    "alerts",
    "api_keys",
    "calendars",
    "change_events",
    "config_version",
    "contact_methods",
    "delivery_tables",
    "escalation_policies",
    "incidents",
    "integrations",
    "last_bodies",
    "last_events",
    "log_entries",
    "maintenance_windows",
    "metadata",
    "monitoring_tables",
    "nodes",
    "notes",
    "notification_rules",
    "notifications",
    "overrides",
    "quarantine",
    "reach_tables",
    "rings",
    "schedules",
    "services",
    "sessions",
    "settings",
    "team_members",
    "teams",
    "tickets",
    "users",
    "work",
]

# Who is on call ---------------------------------------------------------------------------------

escalation_policies = sa.Table(
    "escalation_policies",
    metadata,
    id_(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("num_loops", sa.Integer, nullable=False, server_default="0"),
    sa.Column("rules", JSONB, nullable=False, server_default=EMPTY_LIST),
    sa.Column(
        "on_call_handoff_notifications", sa.Text, nullable=False, server_default="if_has_services"
    ),
    sa.Column("team_ids", ARRAY(Id), nullable=False, server_default=NO_IDS),
    at(),
    sa.Index("uq_escalation_policies_name", sa.text("lower(name)"), unique=True),
)

rings = sa.Table(
    "rings",
    metadata,
    sa.Column("rule_id", Id, primary_key=True),
    sa.Column("dealt", sa.BigInteger, nullable=False, server_default="0"),
    comment="How many incidents each round robin rule has dealt out.",
)

schedules = sa.Table(
    "schedules",
    metadata,
    id_(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("time_zone", sa.Text, nullable=False),
    sa.Column("layers", JSONB, nullable=False, server_default=EMPTY_LIST),
    sa.Column("past", JSONB, nullable=False, server_default=EMPTY_LIST),
    sa.Column("team_ids", ARRAY(Id), nullable=False, server_default=NO_IDS),
    at(),
)

overrides = sa.Table(
    "overrides",
    metadata,
    id_(),
    owner("schedule_id", "schedules"),
    owner("user_id", "users"),
    sa.Column("start", Instant, nullable=False),
    sa.Column("end", Instant, nullable=False),
    at(),
)

# What can break ---------------------------------------------------------------------------------

services = sa.Table(
    "services",
    metadata,
    id_(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column(
        "escalation_policy_id",
        Id,
        sa.ForeignKey("escalation_policies.id"),
        nullable=False,
        index=True,
    ),
    sa.Column("acknowledgement_timeout", sa.Integer),
    sa.Column("auto_resolve_timeout", sa.Integer),
    sa.Column("urgency_rule", JSONB, nullable=False),
    sa.Column("support_hours", JSONB),
    sa.Column("scheduled_actions", JSONB, nullable=False, server_default=EMPTY_LIST),
    sa.Column("alert_grouping", JSONB),
    sa.Column("auto_pause", JSONB),
    at(),
    sa.Index("uq_services_name", sa.text("lower(name)"), unique=True),
)

integrations = sa.Table(
    "integrations",
    metadata,
    id_(),
    owner("service_id", "services"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("vendor_id", Id),
    sa.Column("key_hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("key_encrypted", sa.LargeBinary, nullable=False),
    sa.Column("settings_encrypted", sa.LargeBinary, comment="What its adapter needs to know."),
    sa.Column("hears_back", sa.Boolean, nullable=False, server_default=sa.false()),
    at(),
)

maintenance_windows = sa.Table(
    "maintenance_windows",
    metadata,
    id_(),
    sa.Column("sequence_number", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
    sa.Column("start", Instant, nullable=False),
    sa.Column("end", Instant, nullable=False),
    sa.Column("service_ids", ARRAY(Id), nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("created_by", Id),
    at(),
)

config_version = sa.Table(
    "config_version",
    metadata,
    sa.Column("one", sa.Boolean, primary_key=True, server_default=sa.true()),
    sa.Column("version", sa.BigInteger, nullable=False, server_default="0"),
    sa.CheckConstraint("one", name="ck_config_version_one_row"),
    comment="Raised by a trigger on each change of configuration, so that caches know.",
)

# What happens -----------------------------------------------------------------------------------

incidents = sa.Table(
    "incidents",
    metadata,
    id_(),
    sa.Column("number", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("service_id", Id, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("urgency", sa.Text, nullable=False),
    sa.Column("priority_id", Id),
    sa.Column("incident_key", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Column("resolved_at", Instant),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("assignee_ids", ARRAY(Id), nullable=False),
    sa.Column("state", sa.JSON, nullable=False, comment="The whole; the columns are for queries."),
    sa.Index("ix_incidents_created_at", "created_at", "number"),
    sa.Index("ix_incidents_service_id_created_at", "service_id", "created_at", "number"),
    sa.Index("ix_incidents_urgency_created_at", "urgency", "created_at", "number"),
    sa.Index(
        "ix_incidents_resolved_at",
        "resolved_at",
        "created_at",
        "number",
        postgresql_where=sa.text("resolved_at is not null"),
    ),
    sa.Index("ix_incidents_open", "created_at", "number", postgresql_where=OPEN),
    sa.Index(
        "ix_incidents_service_id_open",
        "service_id",
        "created_at",
        "number",
        postgresql_where=OPEN,
    ),
    sa.Index(
        "ix_incidents_assignee_ids",
        "assignee_ids",
        postgresql_using="gin",
        postgresql_with={"gin_pending_list_limit": 256},  # kB: tidied up often, and so quickly
        postgresql_where=OPEN,
    ),
    sa.Index("ix_incidents_incident_key", "incident_key", postgresql_using="hash"),
)

alerts = sa.Table(
    "alerts",
    metadata,
    id_(),
    sa.Column("service_id", Id, nullable=False),
    sa.Column("integration_id", Id),
    sa.Column("incident_id", Id),
    sa.Column("dedup_key", sa.Text(collation="C"), nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("suppressed", sa.Boolean, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("severity", sa.Text),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("updated_at", Instant, nullable=False),
    sa.Column("resolved_at", Instant),
    sa.Column("body", sa.JSON, nullable=False, comment="The event as domain.event.Event."),
    sa.Index(
        "uq_alerts_open",
        "integration_id",
        "dedup_key",
        unique=True,
        postgresql_where=sa.text("status = 'triggered'"),
    ),
    sa.Index("ix_alerts_incident_id", "incident_id"),
    sa.Index("ix_alerts_dedup_key", "dedup_key", postgresql_using="hash"),
)

log_entries = sa.Table(
    "log_entries",
    metadata,
    id_(),
    sa.Column("incident_id", Id, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("body", sa.JSON, nullable=False, comment="agent, channel and details."),
    sa.Index("ix_log_entries_incident_id", "incident_id", "id"),
    sa.Index("ix_log_entries_at", "at", "id"),
)

notes = sa.Table(
    "notes",
    metadata,
    id_(),
    sa.Column("incident_id", Id, nullable=False),
    sa.Column("agent", JSONB, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    at(),
    at("updated_at"),
    sa.Index("ix_notes_incident_id", "incident_id", "id"),
)

change_events = sa.Table(
    "change_events",
    metadata,
    id_(),
    sa.Column("service_id", Id, nullable=False),
    sa.Column("integration_id", Id, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("body", sa.JSON, nullable=False, comment="domain.event.ChangeEvent."),
    sa.Index("ix_change_events_service_id_at", "service_id", "at", "id"),
    sa.Index("ix_change_events_at", "at", "id"),
)

last_events = sa.Table(
    "last_events",
    metadata,
    sa.Column("integration_id", Id, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    comment="When each integration was last heard, to within some seconds.",
)

last_bodies = sa.Table(
    "last_bodies",
    metadata,
    sa.Column("integration_id", Id, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    comment="What integrations with a mapping of their own received last, for the preview.",
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    id_(),
    at("at"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("sender", sa.Text, nullable=False),
    sa.Column("key_hint", sa.Text, nullable=False, comment="The first four characters."),
    sa.Column("headers", sa.Text, nullable=False, server_default="", comment="Without secrets."),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("body_bytes", sa.Integer, nullable=False, comment="Before it was cut."),
    sa.Index("ix_quarantine_at", "at"),
)

# What is still to be done -----------------------------------------------------------------------

work = sa.Table(
    "work",
    metadata,
    sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
    sa.Column("lane", sa.Text, nullable=False, comment="timer, or the channel that will carry it."),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("due", Instant, nullable=False, comment="While leased: when the lease ends."),
    sa.Column("planned_for", Instant, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("incident_id", Id),
    sa.Column("generation", sa.Integer),
    sa.Column("user_id", Id),
    sa.Column("contact_method_id", Id),
    sa.Column("payload", sa.JSON),
    sa.Column("held_until", Instant, comment="For the limit of a provider; then due is the same."),
    sa.Index("ix_work_lane_due", "lane", "due"),
    sa.Index("ix_work_waiting", "lane", postgresql_where=sa.text("held_until is not null")),
)

notifications = sa.Table(
    "notifications",
    metadata,
    id_(),
    sa.Column("incident_id", Id),
    sa.Column("user_id", Id, nullable=False),
    sa.Column("contact_method_id", Id),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False, comment="success, retrying or failed."),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("provider_id", sa.Text),
    sa.Column("at", Instant, nullable=False),
    sa.Column("message_id", Id),
    sa.Column("carrier", sa.Text, nullable=False, server_default=""),
    sa.Column("receipt", sa.Text),
    sa.Column("receipt_at", Instant),
    sa.Index("ix_notifications_incident_id", "incident_id"),
    sa.Index("ix_notifications_at", "at", "id"),
    sa.Index("ix_notifications_message_id", "message_id"),
)

alarms = sa.Table(
    "alarms",
    metadata,
    id_(),
    at("at"),
    sa.Column("incident_id", Id),
    sa.Column("sentence", sa.Text, nullable=False),
    comment="What an administrator must know: nobody on call, a page that reached nobody.",
)

nodes = sa.Table(
    "nodes",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    at("started_at"),
    at("beat_at"),
)

settings = sa.Table(
    "settings",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", JSONB, nullable=False),
)
