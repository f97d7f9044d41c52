"""The tables of the monitoring side: what is watched, what was found, and who was told."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from tocsin.store.columns import EMPTY_LIST, NO_IDS, Id, Instant, at, id_, metadata, owner

environments = sa.Table(
    "environments",
    metadata,
    id_(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("channel_ids", ARRAY(Id), nullable=False, server_default=NO_IDS),
    at(),
    sa.Index("uq_environments_name", sa.text("lower(name)"), unique=True),
)

agents = sa.Table(
    "agents",
    metadata,
    id_(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("key_hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("version", sa.Text, nullable=False, server_default=""),
    sa.Column("address", sa.Text, nullable=False, server_default=""),
    at(),
    sa.Column("seen_at", Instant),
    sa.Index("uq_agents_name", sa.text("lower(name)"), unique=True),
)

monitors = sa.Table(
    "monitors",
    metadata,
    id_(),
    owner("environment_id", "environments"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("shown", sa.Text, nullable=False),
    sa.Column("target_encrypted", sa.LargeBinary, nullable=False),
    sa.Column("interval", sa.Integer, nullable=False),
    sa.Column("timeout", sa.Integer, nullable=False),
    sa.Column("retries", sa.Integer, nullable=False),
    sa.Column("agent_ids", ARRAY(Id), nullable=False, server_default=NO_IDS),
    sa.Column("paused", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("next_round", Instant, index=True),
    sa.Column("key_hash", sa.LargeBinary, unique=True),
    sa.Column("key_encrypted", sa.LargeBinary),
    sa.Column("called_at", Instant),
    sa.Column("started_at", Instant),
    sa.Column("failed_at", Instant),
    sa.Column("took", sa.Integer),
    at(),
    sa.Index("uq_monitors_name", "environment_id", sa.text("lower(name)"), unique=True),
)

measurements = sa.Table(
    "measurements",
    metadata,
    sa.Column("monitor_id", Id, sa.ForeignKey("monitors.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("round", Instant, primary_key=True),
    sa.Column("agent_id", Id, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("ok", sa.Boolean, nullable=False),
    sa.Column("fault_kind", sa.Text, nullable=False),
    sa.Column("fault", sa.Text, nullable=False),
    sa.Column("values", sa.JSON, nullable=False),
    sa.Index("ix_measurements_round", "round"),
)

alert_rules = sa.Table(
    "alert_rules",
    metadata,
    id_(),
    owner("environment_id", "environments"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("notes", sa.Text, nullable=False),
    sa.Column("monitor_ids", ARRAY(Id), nullable=False, server_default=NO_IDS),
    sa.Column("alarm", sa.Text, nullable=False),
    sa.Column("warning", sa.Text, nullable=False),
    sa.Column("alarm_severity", sa.Text, nullable=False),
    sa.Column("warning_severity", sa.Text, nullable=False),
    sa.Column("rounds_violating", sa.Integer, nullable=False),
    sa.Column("rounds_out_of", sa.Integer, nullable=False),
    sa.Column("agents_violating", sa.Integer, nullable=False),
    sa.Column("agents_mode", sa.Text, nullable=False),
    sa.Column("clear_after", sa.Integer, nullable=False),
    sa.Column("notify_on_clear", sa.Boolean, nullable=False),
    sa.Column("channel_ids", ARRAY(Id), nullable=False, server_default=NO_IDS),
    sa.Column("scheme_ids", ARRAY(Id), nullable=False, server_default=NO_IDS),
    sa.Column("enabled", sa.Boolean, nullable=False, server_default=sa.true()),
    at(),
    sa.Index("uq_alert_rules_name", "environment_id", sa.text("lower(name)"), unique=True),
)

violations = sa.Table(
    "violations",
    metadata,
    id_(),
    sa.Column("number", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
    sa.Column("rule_id", Id, nullable=False),
    sa.Column("monitor_id", Id, nullable=False),
    sa.Column("environment_id", Id, nullable=False, index=True),
    sa.Column("rule_name", sa.Text, nullable=False),
    sa.Column("monitor_name", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, comment="tracking, active or cleared."),
    sa.Column("level", sa.Text, nullable=False),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("agent_ids", ARRAY(Id), nullable=False, server_default=NO_IDS),
    sa.Column("values", JSONB, nullable=False),
    sa.Column("changes", sa.Integer, nullable=False, server_default="0"),
    sa.Column("flapping", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("muted", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("began_at", Instant, nullable=False),
    sa.Column("active_at", Instant),
    sa.Column("acknowledged_at", Instant),
    sa.Column("acknowledged_by", sa.Text),
    sa.Column("cleared_at", Instant),
    sa.Column("cleared_because", sa.Text),
    at("updated_at"),
    sa.Index(
        "uq_violations_open",
        "rule_id",
        "monitor_id",
        unique=True,
        postgresql_where=sa.text("state <> 'cleared'"),
    ),
    sa.Index("ix_violations_began_at", "began_at", "id"),
    sa.Index("ix_violations_newest", "monitor_id", "rule_id", "id"),
)

notification_channels = sa.Table(
    "notification_channels",
    metadata,
    id_(),
    owner("environment_id", "environments"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("shown", sa.Text, nullable=False),
    sa.Column("config_encrypted", sa.LargeBinary, nullable=False),
    sa.Column("proof", sa.Text, nullable=False, server_default="untried"),
    sa.Column("last_at", Instant),
    sa.Column("last_ok", sa.Boolean),
    sa.Column("last_detail", sa.Text, nullable=False, server_default=""),
    at(),
    sa.Column("removed_at", Instant, comment="It is kept until what it has open is resolved."),
    sa.Index(
        "uq_notification_channels_name",
        "environment_id",
        sa.text("lower(name)"),
        unique=True,
        postgresql_where=sa.text("removed_at is null"),
    ),
)

notification_schemes = sa.Table(
    "notification_schemes",
    metadata,
    id_(),
    owner("environment_id", "environments"),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("steps", JSONB, nullable=False, server_default=EMPTY_LIST),
    at(),
    sa.Index("uq_notification_schemes_name", "environment_id", sa.text("lower(name)"), unique=True),
)

threads = sa.Table(
    "threads",
    metadata,
    sa.Column("channel_id", Id, primary_key=True),
    sa.Column("violation_id", Id, primary_key=True, index=True),
    sa.Column("remote_id", sa.Text, comment="How the other side calls it."),
    sa.Column("remote_status", sa.Text, comment="triggered, acknowledged or resolved, over there."),
    at("opened_at"),
    sa.Column("closed_at", Instant),
    comment="What a notification channel was told about a violation, and said of it.",
)
