"""Environments: what is watched together, and told of in the same places."""

from datetime import datetime
from typing import Final

import msgspec

BUILT_IN_AGENT: Final = "PBUILTINAGENT"


class Environment(msgspec.Struct, frozen=True, kw_only=True):
    """Holds monitors, alert rules, schemes and channels; ``channel_ids`` hear of all its rules."""

    id: str
    name: str
    description: str | None = None
    channel_ids: tuple[str, ...] = ()
    created_at: datetime


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """A program that measures. The built-in one lives in the engine, and is no row."""

    id: str
    name: str
    key_hash: bytes
    version: str = ""
    address: str = ""
    created_at: datetime
    seen_at: datetime | None = None
