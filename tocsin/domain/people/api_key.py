"""API keys: who may call, without the keys themselves."""

from datetime import datetime

import msgspec


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the account, or of the user in whose name it acts; known by its hash alone."""

    id: str
    description: str
    user_id: str | None = None
    read_only: bool = False
    key_hash: bytes
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
