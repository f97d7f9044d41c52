"""Starters: good first alert rules for each kind of monitor."""

from collections.abc import Mapping
from typing import Final

import msgspec

from tocsin.domain.monitoring.monitor import MonitorKind


class Starter(msgspec.Struct, frozen=True, kw_only=True):
    """What a new rule may begin with."""

    name: str
    alarm: str = ""
    warning: str = ""
    rounds_violating: int = 1
    rounds_out_of: int = 1


# What answers wrongly is worse than what answers late: a network that hiccups heals by itself.
_BROKEN: Final = Starter(
    name="Errors and timeouts",
    alarm='!ok && fault_kind != "timeout"',
    warning='fault_kind == "timeout"',
)
_UNREACHABLE: Final = Starter(
    name="Not reachable", alarm="!ok", rounds_violating=2, rounds_out_of=3
)
_SLOW: Final = Starter(
    name="Slow",
    alarm="ok && response_time > 5000",
    warning="ok && response_time > 2000",
    rounds_violating=3,
    rounds_out_of=3,
)
# Certificates that renew themselves do so a month before their end.
_CERTIFICATE: Final = Starter(
    name="Certificate expires", alarm="certificate_days < 7", warning="certificate_days < 21"
)

STARTERS: Final[Mapping[MonitorKind, tuple[Starter, ...]]] = {
    "http": (_BROKEN, _SLOW, _CERTIFICATE),
    "page": (_BROKEN, _SLOW, _CERTIFICATE),
    "dns": (_BROKEN, _SLOW),
    "tcp": (_UNREACHABLE, _SLOW),
    "tls": (_BROKEN, _CERTIFICATE),
    "ping": (
        _UNREACHABLE,
        Starter(
            name="Packets lost",
            alarm="loss >= 50",
            warning="loss >= 10",
            rounds_violating=2,
            rounds_out_of=3,
        ),
        Starter(name="Slow", warning="round_trip > 200", rounds_violating=3, rounds_out_of=3),
    ),
    "heartbeat": (Starter(name="Not called in time", alarm="!ok"),),
    "prometheus": (
        Starter(name="Too high", alarm="value > 90", warning="value > 80"),
        Starter(name="No answer", warning="!ok", rounds_violating=3, rounds_out_of=3),
    ),
    "postgresql": (_BROKEN, _SLOW),
}


def starters(kind: MonitorKind) -> tuple[Starter, ...]:
    """Return what rules for a new monitor may begin with, the most useful first."""
    return STARTERS[kind]
