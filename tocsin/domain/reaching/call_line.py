"""Call lines: telephone numbers that ring whoever is on call, and the calls that came in there."""

from datetime import datetime
from typing import Final, Literal

import msgspec

from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.domain.reaching.phrases import Language

RING_SECONDS: Final = range(5, 121)
DEFAULT_RING_SECONDS: Final = 20
TAKE_KEY: Final = "1"  # pressed by a person; no voice mail does

Stage = Literal["ringing", "taken", "message", "over"]
StepKind = Literal["began", "unreachable", "rung", "untaken", "taken", "message", "silence", "left"]
EventKind = Literal["began", "leg_over", "answered", "key", "recorded", "over"]


class CallLine(msgspec.Struct, frozen=True, kw_only=True):
    """A number at a provider; whoever calls it wants the people on call for a service."""

    id: str
    provider_id: str
    number: str
    name: str
    language: Language = "en"
    service_id: str
    ring_seconds: int = DEFAULT_RING_SECONDS
    created_at: datetime


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is on call; without a number they cannot be rung."""

    user_id: str
    name: str
    level: int
    number: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What happened in a call, and to whom."""

    at: datetime
    kind: StepKind
    name: str = ""
    detail: str = ""


class CallState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a call has come. ``place`` is who of the ``candidates`` is rung.

    ``recording`` is where the provider keeps the message, ``seconds`` its length.
    """

    candidates: tuple[Candidate, ...] = ()
    place: int = 0
    stage: Stage = "ringing"
    steps: tuple[Step, ...] = ()
    recording: str = ""
    seconds: int = 0

    @property
    def candidate(self) -> Candidate | None:
        """Who is rung, or has taken the call."""
        is_one = self.place < len(self.candidates)
        return self.candidates[self.place] if is_one else None


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call that came in. ``provider_ref`` is what its provider calls it."""

    id: str
    line_id: str
    provider_ref: str
    caller: str
    at: datetime
    state: CallState
    incident_id: str | None = None


class LineEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider tells of a call: of ``number`` when it begins, otherwise of its ``call``.

    ``place`` says whose telephone is meant, ``detail`` why it was not answered.
    """

    kind: EventKind
    call: str
    caller: str = ""
    number: str = ""
    place: int = 0
    key: str = ""
    detail: str = ""
    recording: str = ""
    seconds: int = 0


class Connect(msgspec.Struct, frozen=True, kw_only=True):
    """Ring somebody; ``is_first`` says that the caller has heard nothing yet.

    ``name`` is told to the caller if it is there.
    """

    number: str
    place: int
    is_first: bool
    name: str = ""


class Whisper(msgspec.Struct, frozen=True, kw_only=True):
    """Ask whoever answered to press the key that takes the call."""

    place: int
    caller: str


class Bridge(msgspec.Struct, frozen=True):
    """Let the two speak with each other."""


class Drop(msgspec.Struct, frozen=True):
    """Hang up."""


class TakeMessage(msgspec.Struct, frozen=True):
    """Ask the caller for a message."""


class Thank(msgspec.Struct, frozen=True):
    """Tell the caller that it was passed on, and hang up."""


class Closed(msgspec.Struct, frozen=True):
    """Tell the caller that nobody can be rung at this number, and hang up."""


Instruction = Connect | Whisper | Bridge | Drop | TakeMessage | Thank | Closed


class Direction(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider is to do next in a call, on which line."""

    instruction: Instruction
    line: CallLine | None = None
    call: str = ""


class Fetched(Outcome, frozen=True, kw_only=True):
    """What came of fetching a recording, with its sound if it is there."""

    sound: bytes = b""
