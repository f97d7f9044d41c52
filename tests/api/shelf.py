"""What stands behind the doors for events in these tests, and what is said to them."""

from typing import Final

from tocsin.domain.event import ChangeEvent, Event
from tocsin.usecases.letter import Letter, Stray, Verdict

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
        self.kept: list[Letter | Stray] = []
        self.verdict: Verdict | Exception = Verdict.ACCEPTED

    async def take(self, letter: Letter | Stray) -> Verdict:
        if isinstance(self.verdict, Exception):
            raise self.verdict
        self.kept.append(letter)
        return self.verdict

    @property
    def whats(self) -> list[Event | ChangeEvent]:
        """The events that were taken."""
        return [letter.what for letter in self.kept if isinstance(letter, Letter)]
