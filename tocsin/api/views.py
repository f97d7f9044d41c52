"""How somebody wants to see things: in which time zone, and with what in full."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, overload

import msgspec

from tocsin.api.shapes import Links
from tocsin.domain.response.log_entry import Agent
from tocsin.kit.instants import write_instant, write_local

Names = Mapping[str, str]
Wholes = Mapping[str, Mapping[str, dict[str, Any]]]


class View(msgspec.Struct, frozen=True, kw_only=True):
    """``wholes`` holds, by the word of ``include[]`` and by id, what takes a reference's place.

    ``zone`` None is UTC.
    """

    links: Links
    zone: tzinfo | None = None
    includes: frozenset[str] = frozenset()
    wholes: Wholes = {}

    @overload
    def time(self, at: datetime) -> str: ...
    @overload
    def time(self, at: datetime | None) -> str | None: ...
    def time(self, at: datetime | None) -> str | None:
        """Write an instant."""
        if at is None:
            return None
        return write_local(at, self.zone) if self.zone else write_instant(at)

    def refer(
        self, word: str, kind: str, id_: str, names: Names, otherwise: str | None = None
    ) -> dict[str, Any]:
        """Return what the word includes in full, or a reference to it."""
        whole = self.wholes.get(word, {}).get(id_)
        return whole or self.links.ref(kind, id_, names.get(id_, otherwise))

    def refer_to_agent(
        self, word: str, agent: Agent, service_id: str, names: Names
    ) -> dict[str, Any]:
        """Return a person, or the service in whose name it was done without one."""
        if agent.kind == "user":
            return self.refer(word, "user", agent.id, names, agent.summary)
        return self.refer(word, "service", service_id, names)
