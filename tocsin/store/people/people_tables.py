"""The tables of people: who they are, how they are reached, and how they prove it."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from tocsin.store.columns import Id, Instant, at, id_, metadata, owner

users = sa.Table(
    "users",
    metadata,
    id_(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False, server_default="user"),
    sa.Column("time_zone", sa.Text),
    sa.Column("color", sa.Text, nullable=False, server_default="purple"),
    sa.Column("job_title", sa.Text),
    sa.Column("description", sa.Text),
    sa.Column("invitation_sent", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("password_hash", sa.Text),
    sa.Column("language", sa.Text, comment="In which they are told; none: the account's."),
    sa.Column("awake_check_minutes", sa.Integer),
    sa.Column("quiet_hours", JSONB, comment="When pages of low urgency wait."),
    sa.Column(
        "digest_seconds",
        sa.Integer,
        comment="How long pages gather in a storm; none: as long as the account's.",
    ),
    at(),
    sa.Index("uq_users_email", sa.text("lower(email)"), unique=True),
)

contact_methods = sa.Table(
    "contact_methods",
    metadata,
    id_(),
    owner("user_id", "users"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("country_code", sa.Integer),
    sa.Column("send_short_email", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("sealed", sa.LargeBinary, comment="The whole address, where it is a secret."),
    sa.Column("proven_at", Instant, comment="When it was shown that it reaches its owner."),
    sa.Column("fault", sa.Text, comment="Why it reaches nobody: a bounce, a refusal."),
    sa.Column("fault_at", Instant),
    at(),
    sa.UniqueConstraint(
        "user_id", "kind", "address", "country_code", postgresql_nulls_not_distinct=True
    ),
)

notification_rules = sa.Table(
    "notification_rules",
    metadata,
    id_(),
    owner("user_id", "users"),
    owner("contact_method_id", "contact_methods"),
    sa.Column("urgency", sa.Text, nullable=False),
    sa.Column("delay_minutes", sa.Integer, nullable=False, server_default="0"),
    at(),
    sa.UniqueConstraint("contact_method_id", "urgency", "delay_minutes"),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    id_(),
    sa.Column("description", sa.Text, nullable=False),
    sa.Column("key_hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("user_id", Id, sa.ForeignKey("users.id", ondelete="CASCADE")),
    sa.Column("read_only", sa.Boolean, nullable=False, server_default=sa.false()),
    at(),
    sa.Column("last_used_at", Instant),
    sa.Column("revoked_at", Instant),
)

sessions = sa.Table(
    "sessions",
    metadata,
    id_(),
    owner("user_id", "users"),
    sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
    at(),
    at("seen_at"),
    sa.Column("user_agent", sa.Text, nullable=False, server_default=""),
    sa.Column("address", sa.Text, nullable=False, server_default=""),
)

teams = sa.Table(
    "teams",
    metadata,
    id_(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text),
    sa.Column("default_role", sa.Text, nullable=False, server_default="manager"),
    at(),
    sa.Index("uq_teams_name", sa.text("lower(name)"), unique=True),
)

team_members = sa.Table(
    "team_members",
    metadata,
    sa.Column("team_id", Id, sa.ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True),
    sa.Column(
        "user_id", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
    sa.Column("role", sa.Text, nullable=False, server_default="manager"),
)

tickets = sa.Table(
    "tickets",
    metadata,
    id_(),
    owner("user_id", "users"),
    sa.Column("kind", sa.Text, nullable=False, comment="invitation or reset."),
    sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
    at(),
    sa.Column("expires_at", Instant, nullable=False),
    comment="Links sent by mail with which somebody sets a password, once.",
)

calendars = sa.Table(
    "calendars",
    metadata,
    id_(),
    owner("user_id", "users"),
    sa.Column("schedule_id", Id, sa.ForeignKey("schedules.id", ondelete="CASCADE"), index=True),
    sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("token_encrypted", sa.LargeBinary, nullable=False),
    at(),
    sa.UniqueConstraint("user_id", "schedule_id", postgresql_nulls_not_distinct=True),
    comment="Secret addresses of feeds: of a schedule, or of a person's own shifts.",
)
