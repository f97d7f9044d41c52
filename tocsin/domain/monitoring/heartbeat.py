"""Heartbeats: whether a job that is to call every so often has called in time."""

from datetime import datetime, timedelta
from typing import Any, Final

from tocsin.domain.monitoring.monitor import Heartbeat, Measurement, Monitor

_UNITS: Final = ((86_400, "days"), (3600, "hours"), (60, "minutes"))


def judge(target: Heartbeat, monitor: Monitor, now: datetime) -> Measurement:
    """Measure a heartbeat. One that was never called had its first chance when it was made."""
    values = _values(monitor, now)
    if _is_after(monitor.failed_at, monitor.called_at):
        return Measurement(
            ok=False, fault_kind="failed", fault="The job said that it failed", values=values
        )
    waiting = now - (monitor.called_at or monitor.created_at)
    if waiting > timedelta(seconds=target.period + target.grace):
        fault = _missed(target, monitor, now)
        return Measurement(ok=False, fault_kind="missed", fault=fault, values=values)
    return Measurement(ok=True, values=values)


def _missed(target: Heartbeat, monitor: Monitor, now: datetime) -> str:
    if monitor.called_at is None:
        told = f"Never called in {_long(now - monitor.created_at)}"
    else:
        told = f"Not called for {_long(now - monitor.called_at)}"
    told = f"{told}, expected every {_long(timedelta(seconds=target.period))}"
    began = monitor.started_at
    if began is not None and _is_after(began, monitor.called_at):
        told = f"{told}; the job began {_long(now - began)} ago and has not ended"
    return told


def _values(monitor: Monitor, now: datetime) -> dict[str, Any]:
    silence = {"silence": (now - monitor.called_at).total_seconds()} if monitor.called_at else {}
    return silence | ({"job_time": monitor.took} if monitor.took is not None else {})


def _is_after(instant: datetime | None, other: datetime | None) -> bool:
    return instant is not None and (other is None or instant > other)


def _long(span: timedelta) -> str:
    """Say how long a span is, in the largest unit of which there are two."""
    seconds = int(span.total_seconds())
    for size, unit in _UNITS:
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} seconds"
