"""What a violation is called, in one line for people."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from tocsin.domain.monitoring.alert_rule import AlertRule, Level
from tocsin.domain.monitoring.condition import names_in
from tocsin.domain.monitoring.measured import VALUES
from tocsin.domain.monitoring.monitor import Measurement, Monitor, MonitorKind
from tocsin.kit.text import one_line

LONGEST: Final = 500
LONGEST_VALUE: Final = 60
ABOUT_FAULTS: Final = frozenset({"ok", "fault", "fault_kind"})


def summarise(
    rule: AlertRule, monitor: Monitor, level: Level, measurement: Measurement, more: Sequence[str]
) -> str:
    """Say what is wrong where, and ``more`` of it in brackets."""
    names = names_in(rule.alarm if level == "alarm" else rule.warning)
    if measurement.fault and ABOUT_FAULTS.intersection(names):
        what = measurement.fault.removesuffix(".")
    else:
        said = ", ".join(_values(monitor.kind, names, measurement))
        what = f"{rule.name} ({said})" if said else rule.name
    beside = f" ({', '.join(more)})" if more else ""
    return one_line(f"{monitor.name}: {what}", LONGEST - len(beside)) + beside


def _values(kind: MonitorKind, names: list[str], measurement: Measurement) -> Iterator[str]:
    units = {value.name: value.unit for value in VALUES[kind]}
    for name in names:
        if name in measurement.values:
            unit = units.get(name, "")
            said = f"{name.replace('_', ' ')} {_say(measurement.values[name])} {unit}".rstrip()
            yield one_line(said, LONGEST_VALUE)


def _say(value: Any) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:,.10g}" if is_number else str(value)
