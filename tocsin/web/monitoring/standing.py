"""How monitors and channels stand: one word for each, and which of them comes first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.domain.monitoring.monitor import Monitor, Result

State = Literal["failing", "warning", "waiting", "good", "paused"]


class Standing(NamedTuple):
    """How a monitor stands; ``fault`` is what an agent said that saw it fail."""

    state: State
    looked_at: datetime | None = None
    response_time: float | None = None
    fault: str = ""


THE_SERVER: Final = "The server itself"  # as people call the built-in agent
WORDS: Final[Mapping[State, str]] = {  # the worst first
    "failing": "Failing",
    "warning": "Warning",
    "waiting": "Not measured yet",
    "good": "Good",
    "paused": "Paused",
}
WORST_FIRST: Final = tuple(WORDS)


def standing_of(monitor: Monitor, newest: Sequence[Result], found: Sequence[Violation]) -> Standing:
    """Say how a monitor stands by what its agents saw last, and by what rules found."""
    times = [
        time
        for result in newest
        if isinstance(time := result.measurement.values.get("response_time"), int | float)
    ]
    return Standing(
        state=_state(monitor, newest, found),
        looked_at=max((result.at for result in newest), default=None),
        response_time=max(times, default=None),
        fault=next((r.measurement.fault for r in newest if not r.measurement.ok), ""),
    )


def _state(monitor: Monitor, newest: Sequence[Result], found: Sequence[Violation]) -> State:
    if monitor.paused:
        return "paused"
    if _is_active(found, "alarm") or any(not result.measurement.ok for result in newest):
        return "failing"
    if _is_active(found, "warning"):
        return "warning"
    return "good" if newest else "waiting"


def _is_active(found: Sequence[Violation], level: str) -> bool:
    return any(one.state == "active" and one.level == level for one in found)
