"""Errands: what an agent is told of a monitor, and what it brings back."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Self

import msgspec

from tocsin.domain.monitoring.monitor import FaultKind, Measurement, Result, Target
from tocsin.kit.text import printable, shortened

MOST_RESULTS: Final = 500  # in one parcel
MOST_VALUES: Final = 64
LONGEST_NAME: Final = 64
LONGEST_TEXT: Final = 1000
LARGEST_NUMBER: Final = 10**15
LARGEST_VALUES: Final = 65_536  # bytes of JSON
DEEPEST: Final = 5
EARLIEST: Final = timedelta(days=2)
LATEST: Final = timedelta(minutes=1)  # clocks differ

Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What to look at, and how often; times are in seconds."""

    monitor_id: str
    name: str
    target: Target
    interval: int
    timeout: int
    retries: int


class Errands(msgspec.Struct, frozen=True, kw_only=True):
    """All that one agent is to look at."""

    agent: str
    monitors: tuple[Errand, ...]


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent found at a monitor in the round of an instant."""

    monitor_id: str
    round: Instant
    at: Instant
    ok: bool
    fault_kind: FaultKind = ""
    fault: str = ""
    values: dict[str, Any] = {}

    @classmethod
    def of(cls, result: Result) -> Self:
        """Return what a result says, whoever brings it."""
        measurement = msgspec.structs.asdict(result.measurement)
        return cls(monitor_id=result.monitor_id, round=result.round, at=result.at, **measurement)

    def result(self, agent_id: str) -> Result:
        """Return it as a result of that agent, with texts as people may read them."""
        return Result(
            monitor_id=self.monitor_id,
            agent_id=agent_id,
            round=self.round,
            at=self.at,
            measurement=Measurement(
                ok=self.ok,
                fault_kind=self.fault_kind,
                fault=_tidy(self.fault),
                values=_tidy(self.values),
            ),
        )


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent brings at a time."""

    results: Annotated[tuple[Finding, ...], msgspec.Meta(max_length=MOST_RESULTS)]


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """How many results were taken, and a sentence for each that was not."""

    taken: int
    refused: tuple[str, ...] = ()


def faults_of_finding(finding: Finding, now: datetime) -> Iterator[str]:
    """Say why a result cannot be taken."""
    what = f"A result of monitor {shortened(printable(finding.monitor_id), 20)}"
    if not now - EARLIEST <= finding.round <= now + LATEST:
        yield f"{what} must be of the last two days and not of the future."
    elif not now - EARLIEST <= finding.at <= now + LATEST:
        yield f"{what} must have been measured within the last two days."
    if finding.ok == bool(finding.fault_kind):
        yield f"{what} must either be ok or say of which kind its fault is."
    values = finding.values
    if not _is_shallow(values, DEEPEST) or len(msgspec.json.encode(values)) > LARGEST_VALUES:
        yield (
            f"{what} must have values of at most {LARGEST_VALUES:,} bytes, and none within more"
            f" than {DEEPEST} others."
        )
    elif len(values) > MOST_VALUES or not all(map(_is_name, values)) or not _is_sane(values):
        yield (
            f"{what} must have at most {MOST_VALUES} values, each with a name of letters, and"
            f" no number above {LARGEST_NUMBER:,} in them."
        )


def _is_shallow(value: Any, levels: int) -> bool:
    match value:
        case dict():
            parts = list(value.values())
        case list():
            parts = value
        case _:
            return True
    return levels > 0 and all(_is_shallow(part, levels - 1) for part in parts)


def _is_name(text: str) -> bool:
    return text.isascii() and text.isidentifier() and len(text) <= LONGEST_NAME


def _is_sane(value: Any) -> bool:
    match value:
        case dict():
            return all(map(_is_sane, value.values()))
        case list():
            return all(map(_is_sane, value))
        case int() | float():
            return abs(value) <= LARGEST_NUMBER
    return True


def _tidy(value: Any) -> Any:
    match value:
        case dict():
            return {_tidy(name): _tidy(part) for name, part in value.items()}
        case list():
            return [_tidy(part) for part in value]
        case str():
            return shortened(printable(value), LONGEST_TEXT)
    return value
