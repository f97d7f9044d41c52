"""What each kind of monitor measures: the values that rules speak of and plots show."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec

from tocsin.domain.monitoring.monitor import FaultKind, MonitorKind

# A list holds texts or numbers; any is whatever the other side gives.
ValueType = Literal["number", "text", "bool", "list", "any"]


class Value(msgspec.Struct, frozen=True, kw_only=True):
    """A value by its name, as conditions write it. ``unit`` is empty where there is none."""

    name: str
    type: ValueType = "number"
    unit: str = ""
    meaning: str


OK: Final = Value(name="ok", type="bool", meaning="Whether all is as it should be.")
FAULT_KIND: Final = Value(
    name="fault_kind",
    type="text",
    meaning=f"What is wrong: {', '.join(k for k in get_args(FaultKind) if k)}; empty if nothing.",
)
RESPONSE_TIME: Final = Value(
    name="response_time", unit="ms", meaning="Time until the whole answer was there, or the fault."
)
LOOKS: Final = Value(name="looks", meaning="How often this round looked until it was sure.")
CERTIFICATE_DAYS: Final = Value(
    name="certificate_days", unit="d", meaning="Days until the certificate expires."
)
_STATUS: Final = Value(name="status", meaning="HTTP status of the last answer.")
_ALWAYS: Final = (OK, FAULT_KIND, RESPONSE_TIME, LOOKS)

# A value is there if the look came far enough to learn it; those above are always there.
VALUES: Final[Mapping[MonitorKind, tuple[Value, ...]]] = {
    "http": (
        *_ALWAYS,
        _STATUS,
        Value(name="size", unit="B", meaning="Bytes of the answer's body that were read."),
        Value(name="redirects", meaning="How many redirects were followed."),
        CERTIFICATE_DAYS,
        Value(name="json_value", type="any", meaning="What the JSON path leads to."),
    ),
    "page": (
        *_ALWAYS,
        _STATUS,
        Value(name="steps_done", meaning="How many steps went well."),
        Value(name="step_times", type="list", unit="ms", meaning="Time of each step."),
        CERTIFICATE_DAYS,
    ),
    "dns": (
        *_ALWAYS,
        Value(name="records", type="list", meaning="The records of the answer."),
        Value(name="record_count", meaning="How many records there are."),
    ),
    "tcp": _ALWAYS,
    "tls": (
        *_ALWAYS,
        CERTIFICATE_DAYS,
        Value(name="protocol", type="text", meaning="Version of TLS, such as TLSv1.3."),
        Value(name="issuer", type="text", meaning="Who signed the certificate."),
    ),
    "ping": (
        *_ALWAYS,
        Value(name="loss", unit="%", meaning="Share of the echo requests that got no answer."),
        Value(name="round_trip", unit="ms", meaning="Average time of a round trip."),
        Value(name="round_trip_min", unit="ms", meaning="Time of the fastest round trip."),
        Value(name="round_trip_max", unit="ms", meaning="Time of the slowest round trip."),
    ),
    "heartbeat": (
        OK,
        FAULT_KIND,
        Value(name="silence", unit="s", meaning="Seconds since the last call."),
        Value(name="job_time", unit="ms", meaning="Time that the job took, if it told."),
    ),
    "prometheus": (
        *_ALWAYS,
        _STATUS,
        CERTIFICATE_DAYS,
        Value(name="value", meaning="The value, or the worst of several."),
        Value(name="values", type="list", meaning="The values of all series, at most 100."),
        Value(name="series", meaning="How many series the query found."),
    ),
    "postgresql": (
        *_ALWAYS,
        CERTIFICATE_DAYS,
        Value(name="value", type="any", meaning="First column of the first row."),
        Value(name="rows", meaning="How many rows there are, at most 1,000."),
    ),
}
