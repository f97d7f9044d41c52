"""The tables of how people are reached: providers, what they were handed, and what came of it."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from tocsin.store.columns import EMPTY_LIST, NO_IDS, Id, Instant, at, id_, metadata, owner

providers = sa.Table(
    "providers",
    metadata,
    id_(),
    sa.Column("type", sa.Text, nullable=False, comment="The name of the channel that it is."),
    sa.Column("kind", sa.Text, nullable=False, comment="The contact methods that it reaches."),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False, server_default="0"),
    sa.Column("settings_encrypted", sa.LargeBinary, nullable=False),
    sa.Column("is_disabled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("most_per_minute", sa.Integer, comment="Messages; none: as many as there are."),
    at(),
    at("updated_at"),
    comment="Whom administrators have set up to carry messages.",
)

provider_health = sa.Table(
    "provider_health",
    metadata,
    sa.Column("id", sa.Text(collation="C"), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
    sa.Column("rests_until", Instant),
    sa.Column("refused_at", Instant, comment="When it was asked and did not know us."),
    sa.Column("refusal", sa.Text, nullable=False, server_default=""),
    sa.Column("last_ok_at", Instant),
    sa.Column("last_failed_at", Instant),
    sa.Column("last_detail", sa.Text, nullable=False, server_default=""),
    sa.Column("unheard_since", Instant, comment="Since when what people answer is not heard."),
    sa.Column("unheard_why", sa.Text, nullable=False, server_default=""),
    comment="How providers have done lately: one that fails is spared for a while.",
)

messages = sa.Table(
    "messages",
    metadata,
    id_(),
    at("at"),
    sa.Column("kind", sa.Text, nullable=False, comment="page, trial, hand_off and others."),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("user_id", Id, nullable=False),
    sa.Column("contact_method_id", Id),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("incident_ids", ARRAY(Id), nullable=False, server_default=NO_IDS),
    sa.Column("body", JSONB, nullable=False, comment="The message as it was composed."),
    sa.Column("classes", ARRAY(sa.Text), nullable=False, server_default=NO_IDS),
    sa.Column("pages", JSONB, nullable=False, server_default=EMPTY_LIST),
    sa.Column("provider_id", sa.Text(collation="C"), nullable=False, server_default=""),
    sa.Column("provider_ref", sa.Text(collation="C"), comment="The name the provider gave it."),
    sa.Column("receipt", sa.Text, comment="accepted, sent, delivered, read or failed."),
    sa.Column("receipt_at", Instant),
    sa.Column("receipt_detail", sa.Text, nullable=False, server_default=""),
    sa.Column("answered_at", Instant),
    sa.Column("answer", sa.Text),
    sa.Index("ix_messages_channel", "channel", "address", "at"),
    sa.Index("ix_messages_provider_id", "provider_id", "provider_ref"),
    sa.Index("ix_messages_provider_id_at", "provider_id", "at"),
    sa.Index("ix_messages_user_id", "user_id", "at"),
    sa.Index("ix_messages_at", "at"),
    comment="What was handed to channels, so that receipts and answers find what they are about.",
)

proofs = sa.Table(
    "proofs",
    metadata,
    sa.Column(
        "contact_method_id",
        Id,
        sa.ForeignKey("contact_methods.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    sa.Column("code_hash", sa.LargeBinary, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    at(),
    sa.Column("expires_at", Instant, nullable=False),
    comment="Codes that were sent to a contact method, to be typed in as proof.",
)

shadows = sa.Table(
    "shadows",
    metadata,
    id_(),
    owner("user_id", "users"),
    sa.Column("mentor_id", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), index=True),
    sa.Column("schedule_id", Id, sa.ForeignKey("schedules.id", ondelete="CASCADE"), index=True),
    sa.Column(
        "contact_method_id",
        Id,
        sa.ForeignKey("contact_methods.id", ondelete="SET NULL"),
        index=True,
        comment="Where the copies go. Null: by a way that is no telephone call.",
    ),
    at(),
    sa.UniqueConstraint("user_id", "mentor_id", "schedule_id", postgresql_nulls_not_distinct=True),
    comment="Who gets copies of the pages of a mentor, or of whoever holds a schedule.",
)

handoff_rules = sa.Table(
    "handoff_rules",
    metadata,
    id_(),
    owner("user_id", "users"),
    owner("contact_method_id", "contact_methods"),
    sa.Column("handoff_type", sa.Text, nullable=False, comment="both, oncall or offcall."),
    sa.Column("advance_minutes", sa.Integer, nullable=False, server_default="0"),
    at(),
    sa.UniqueConstraint("contact_method_id", "handoff_type", "advance_minutes"),
    comment="Who wants to be told before a shift begins or ends.",
)

handoff_notices = sa.Table(
    "handoff_notices",
    metadata,
    sa.Column("rule_id", Id, primary_key=True),
    sa.Column("schedule_id", Id, primary_key=True),
    sa.Column("shift_at", Instant, primary_key=True),
    sa.Column("handoff_type", sa.Text, primary_key=True),
    comment="Of which shifts somebody was told already.",
)

wake_warnings = sa.Table(
    "wake_warnings",
    metadata,
    sa.Column("user_id", Id, sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("target_id", Id, primary_key=True, comment="A schedule, or the user."),
    sa.Column("shift_at", Instant, primary_key=True),
    comment="Of which shifts administrators were told that nothing can wake whoever has them.",
)

status_update_rules = sa.Table(
    "status_update_rules",
    metadata,
    id_(),
    owner("user_id", "users"),
    owner("contact_method_id", "contact_methods"),
    at(),
    sa.UniqueConstraint("contact_method_id"),
    comment="By what people are told of status updates.",
)

incident_subscribers = sa.Table(
    "incident_subscribers",
    metadata,
    sa.Column(
        "incident_id", Id, sa.ForeignKey("incidents.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("subscriber_type", sa.Text, primary_key=True, comment="user or team."),
    sa.Column("subscriber_id", Id, primary_key=True),
    at(),
    comment="Who is told of status updates of an incident.",
)

status_updates = sa.Table(
    "status_updates",
    metadata,
    id_(),
    owner("incident_id", "incidents"),
    sa.Column("sender_id", Id, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("subject", sa.Text),
    sa.Column("html_message", sa.Text),
    at(),
    comment="What stakeholders were told of an incident.",
)

responder_requests = sa.Table(
    "responder_requests",
    metadata,
    id_(),
    owner("incident_id", "incidents"),
    sa.Column("requester_id", Id, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("targets", JSONB, nullable=False, comment="Who was asked, and what they said."),
    at(),
    sa.Column("updated_at", Instant),
    comment="Who was asked to help with an incident.",
)

templates = sa.Table(
    "templates",
    metadata,
    sa.Column("form", sa.Text, primary_key=True, comment="title, text, body or speech."),
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    at("updated_at"),
    comment="The words of messages where administrators want others than those built in.",
)

rooms = sa.Table(
    "rooms",
    metadata,
    id_(),
    owner("provider_id", "providers"),
    sa.Column("service_id", Id, sa.ForeignKey("services.id", ondelete="CASCADE"), index=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False, server_default="en"),
    at(),
    sa.UniqueConstraint("provider_id", "service_id", "address", postgresql_nulls_not_distinct=True),
    comment="Rooms of a chat in which the incidents of a service, or of all, are posted.",
)

room_posts = sa.Table(
    "room_posts",
    metadata,
    sa.Column("room_id", Id, sa.ForeignKey("rooms.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("incident_id", Id, primary_key=True, index=True),
    sa.Column("provider_ref", sa.Text, nullable=False),
    at(),
    comment="What was posted of an incident in a room, to be changed when the incident changes.",
)

user_groups = sa.Table(
    "user_groups",
    metadata,
    id_(),
    owner("provider_id", "providers"),
    owner("schedule_id", "schedules"),
    sa.Column("address", sa.Text, nullable=False, comment="The group, as the chat names it."),
    sa.Column("members", sa.Text, nullable=False, server_default=""),
    sa.Column("detail", sa.Text, nullable=False, server_default=""),
    at(),
    sa.UniqueConstraint("provider_id", "address"),
    comment="Groups of a chat that are kept in step with who holds a schedule.",
)

call_lines = sa.Table(
    "call_lines",
    metadata,
    id_(),
    owner("provider_id", "providers"),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False, server_default="en"),
    owner("service_id", "services"),
    sa.Column("ring_seconds", sa.Integer, nullable=False, server_default="20"),
    at(),
    sa.UniqueConstraint("provider_id", "number"),
    comment="Telephone numbers that ring whoever is on call.",
)

calls = sa.Table(
    "calls",
    metadata,
    id_(),
    owner("line_id", "call_lines"),
    sa.Column("provider_ref", sa.Text(collation="C"), nullable=False),
    sa.Column("caller", sa.Text, nullable=False),
    at("at"),
    sa.Column("state", JSONB, nullable=False, comment="Who was rung, and who has taken it."),
    sa.Column("incident_id", Id),
    sa.Column("sound", sa.LargeBinary, comment="The message that was recorded, as MP3."),
    sa.UniqueConstraint("line_id", "provider_ref"),
    sa.Index("ix_calls_at", "at"),
    comment="Calls that came in at a number of ours.",
)
