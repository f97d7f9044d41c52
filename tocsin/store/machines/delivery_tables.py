"""The tables of what is sent to machines, and of machines that may ask: webhooks and OAuth."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from tocsin.store.columns import Id, Instant, at, id_, metadata, owner

WAITING = sa.text("status = 'waiting'")

deliveries = sa.Table(
    "deliveries",
    metadata,
    id_(),
    sa.Column("sequence", sa.BigInteger, sa.Identity(), nullable=False, unique=True),
    sa.Column(
        "lane",
        sa.Text,
        nullable=False,
        comment="What it is: signal, webhook, write_back, room, recording.",
    ),
    sa.Column("destination_id", Id, nullable=False),
    sa.Column("thread_id", sa.Text(collation="C"), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.JSON, nullable=False),
    sa.Column("body", sa.Text),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("due", Instant, comment="When it was, or will be, tried."),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("detail", sa.Text, nullable=False, server_default=""),
    sa.Column("answer", sa.Text, nullable=False, server_default=""),
    at(),
    sa.Column("finished_at", Instant),
    sa.Index(
        "ix_deliveries_waiting",
        "destination_id",
        "thread_id",
        "sequence",
        postgresql_where=WAITING,
    ),
    sa.Index("ix_deliveries_destination_id", "destination_id", "sequence"),
    sa.Index("ix_deliveries_thread_id", "thread_id", "sequence"),
    sa.Index("ix_deliveries_created_at", "created_at"),
)

delivery_threads = sa.Table(
    "delivery_threads",
    metadata,
    sa.Column("destination_id", Id, primary_key=True),
    sa.Column("thread_id", sa.Text(collation="C"), primary_key=True),
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("due", Instant, nullable=False, comment="While leased: when the lease ends."),
    sa.Index("ix_delivery_threads_destination_id_due", "destination_id", "due"),
    sa.Index("ix_delivery_threads_due", "due"),
    comment="Threads with something waiting: when the first of it is due.",
)

webhook_subscriptions = sa.Table(
    "webhook_subscriptions",
    metadata,
    id_(),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("events", ARRAY(sa.Text), nullable=False),
    sa.Column("filter_type", sa.Text, nullable=False),
    sa.Column("filter_id", Id),
    sa.Column("headers_encrypted", sa.LargeBinary, nullable=False),
    sa.Column("secrets_encrypted", sa.LargeBinary, nullable=False),
    sa.Column("oauth_client_id", Id),
    sa.Column("drops", sa.Integer, nullable=False, server_default="0"),
    sa.Column("disabled_until", Instant),
    at(),
)

webhook_clients = sa.Table(
    "webhook_clients",
    metadata,
    id_(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("config_encrypted", sa.LargeBinary, nullable=False),
    at(),
    comment="With whose tokens webhooks identify themselves to their receivers.",
)

received_webhooks = sa.Table(
    "received_webhooks",
    metadata,
    sa.Column("id", sa.Text(collation="C"), primary_key=True),
    at(),
    comment="Ids of webhooks that were taken: the same one again changes nothing.",
)

oauth_clients = sa.Table(
    "oauth_clients",
    metadata,
    id_(),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    sa.Column("public", sa.Boolean, nullable=False),
    sa.Column("secret_hash", sa.LargeBinary),
    sa.Column("redirect_uris", ARRAY(sa.Text), nullable=False),
    sa.Column("scopes", ARRAY(sa.Text), nullable=False),
    sa.Column("vendor_id", Id, comment="Of integrations that it is given on the connect page."),
    sa.Column("created_by", Id),
    at(),
)

oauth_codes = sa.Table(
    "oauth_codes",
    metadata,
    id_(),
    owner("client_id", "oauth_clients"),
    owner("user_id", "users"),
    sa.Column("code_hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("redirect_uri", sa.Text, nullable=False),
    sa.Column("scopes", ARRAY(sa.Text), nullable=False),
    sa.Column("challenge", sa.Text),
    sa.Column("nonce", sa.Text),
    at(),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("used_at", Instant),
    sa.Column("family_id", Id, comment="Of the tokens that it was swapped for."),
)

oauth_tokens = sa.Table(
    "oauth_tokens",
    metadata,
    id_(),
    owner("client_id", "oauth_clients"),
    sa.Column("user_id", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), index=True),
    sa.Column("family_id", Id, nullable=False, index=True),
    sa.Column("access_hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("refresh_hash", sa.LargeBinary, unique=True),
    sa.Column("scopes", ARRAY(sa.Text), nullable=False),
    sa.Column("granted", ARRAY(sa.Text), nullable=False, comment="What a refresh may ask for."),
    at(),
    sa.Column("expires_at", Instant, nullable=False),
    sa.Column("refresh_expires_at", Instant),
    sa.Column("refreshed_at", Instant),
    sa.Column("revoked_at", Instant),
    sa.Column("last_used_at", Instant),
)
