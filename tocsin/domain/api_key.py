"""API keys: who may call, without the key itself."""

from datetime import datetime

import msgspec


class ApiKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key of the account, or of the user in whose name it acts."""

    id: str
    description: str
    user_id: str | None = None
    read_only: bool = False
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
