"""An envoy for tests: it answers what it is told to answer, and remembers what it was asked."""

import asyncio
from collections.abc import Sequence

from msgspec.structs import replace

from tests.team import NOON
from tocsin.domain.monitoring.channel_config import FarSide
from tocsin.domain.monitoring.envoy import FarFault, FarIncident, FarKey, Subscription, Tokens

KNOWN = FarKey(service_id="PFAR", service_name="Far shop", integration_id="PWAY")


class Acquaintance:
    """A far side that is asked without any network; ``faults`` are raised instead, by question."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.faults: dict[str, FarFault] = {}
        self.found: dict[str, FarIncident] = {}
        self.key: FarKey | None = KNOWN
        self.tokens = Tokens(token="fresh", refresh_token="again")

    async def swap(self, far: FarSide, code: str, verifier: str, back: str) -> Tokens:
        self._note("swap")
        return self.tokens

    async def refresh(self, far: FarSide) -> Tokens:
        self._note("refresh")
        await asyncio.sleep(0.05)  # as long as others would need to begin the same
        return self.tokens

    async def revoke(self, far: FarSide) -> None:
        self._note("revoke")

    async def who(self, far: FarSide) -> str:
        self._note("who")
        return "ann@example.com"

    async def find_key(self, far: FarSide, key: str) -> FarKey | None:
        self._note("find_key")
        return self.key

    async def incidents(self, far: FarSide, keys: Sequence[str]) -> dict[str, FarIncident]:
        self._note("incidents")
        return {key: self.found[key] for key in keys if key in self.found}

    async def subscribe(self, far: FarSide, url: str, description: str) -> Subscription:
        self._note("subscribe")
        return Subscription(id="PSUB", secret="a secret of webhooks")

    async def greet(self, far: FarSide) -> None:
        self._note("greet")

    async def unsubscribe(self, far: FarSide) -> None:
        self._note("unsubscribe")

    async def delete_integration(self, far: FarSide) -> None:
        self._note("delete_integration")

    def has(self, key: str, **given: str) -> None:
        """Let there be an incident."""
        incident = FarIncident(id="QFAR", key=key, status="triggered", at=NOON)
        self.found[key] = replace(incident, **given)

    def _note(self, question: str) -> None:
        self.asked.append(question)
        if question in self.faults:
            raise self.faults[question]
