"""What stands behind the doors for events in these tests, and what is said to them."""

import asyncio
from collections.abc import MutableMapping
from typing import Any, Final

from starlette.types import Scope

from tocsin.api.events import EventsApp
from tocsin.domain.intake.event import ChangeEvent, Event
from tocsin.usecases.intake.parcels import Parcel, Stray, Verdict

KEY: Final = "e93facc04764012d7bfb002500d5d1a6"
V2: Final = "/v2/enqueue"
CHANGE: Final = "/v2/change/enqueue"
V1: Final = "/generic/2010-04-15/create_event.json"
OWN: Final = f"/integration/{KEY}/enqueue"
PAYLOAD: Final = {"summary": "Disk full", "severity": "critical", "source": "db-1"}
EVENT: Final = {
    "routing_key": KEY,
    "event_action": "trigger",
    "dedup_key": 'db-1/"disk"',
    "payload": PAYLOAD,
}
OLD_EVENT: Final = {
    "service_key": KEY,
    "event_type": "trigger",
    "incident_key": "db-1/disk",
    "description": "Disk full",
}
HEARD: Final = Event(
    action="trigger",
    dedup_key='db-1/"disk"',
    summary="Disk full",
    severity="critical",
    source="db-1",
)


class Shelf:
    """Keeps what is taken, and says of it what it is told to say."""

    def __init__(self) -> None:
        self.kept: list[Parcel | Stray] = []
        self.verdict: Verdict | Exception = Verdict.ACCEPTED

    async def take(self, parcel: Parcel | Stray) -> Verdict:
        if isinstance(self.verdict, Exception):
            raise self.verdict
        self.kept.append(parcel)
        return self.verdict

    @property
    def whats(self) -> list[Event | ChangeEvent]:
        """The events that were taken."""
        return [parcel.what for parcel in self.kept if isinstance(parcel, Parcel)]


def piece(body: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


class Sender:
    """Sends these messages, and then nothing more."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self.messages = list(messages)

    async def receive(self) -> dict[str, Any]:
        if not self.messages:
            await asyncio.sleep(60)
        return self.messages.pop(0)


async def speak(
    app: EventsApp, *messages: dict[str, Any], client: tuple[str, int] | None = ("192.0.2.7", 5)
) -> list[MutableMapping[str, Any]]:
    """Return what the application answers to these messages."""
    sent: list[MutableMapping[str, Any]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    scope: Scope = {"type": "http", "method": "POST", "path": V2, "headers": [], "client": client}
    await app(scope, Sender(*messages).receive, send)
    return sent
