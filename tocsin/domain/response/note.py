"""Notes: what people write beside an incident, and may correct later."""

from datetime import datetime

import msgspec

from tocsin.domain.response.log_entry import Agent


class Note(msgspec.Struct, frozen=True, kw_only=True):
    """A text. The log keeps what it said at first."""

    id: str
    incident_id: str
    agent: Agent
    content: str
    created_at: datetime
    updated_at: datetime
