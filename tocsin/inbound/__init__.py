"""Vendor payload -> Event, pure: one file per dialect, and one per tool."""

from collections.abc import Sequence
from typing import Final, Protocol

from tocsin.inbound import (
    alertmanager,
    azure_monitor,
    blackfire,
    cloudwatch,
    coscale,
    custom_json,
    datadog,
    events_v1,
    events_v2,
    google_cloud_monitoring,
    grafana,
    icinga,
    mongodb_atlas,
    new_relic,
    opsgenie,
    sentry,
    testomato,
    thousandeyes,
    uptime_kuma,
)
from tocsin.inbound.reading import Heard, NewKey, Request, Unreadable, What


class Dialect(Protocol):
    """A module that understands one dialect of events, whoever speaks it."""

    def speaks(self, body: bytes, /) -> bool:
        """Say whether a body is in this dialect; raise ``Unreadable`` if it is no JSON object."""
        ...

    def hear(self, body: bytes, /, *, new_key: NewKey, key: str | None = None) -> Heard:
        """Return the event and whom it is for, or raise ``Unreadable``."""
        ...


class Adapter(Protocol):
    """A module that understands what one vendor's tool sends in its own words."""

    @property
    def VENDOR(self) -> str:  # noqa: N802 - a constant of the module
        """The id of the vendor."""

    def hear(self, request: Request, /) -> Sequence[What]:
        """Return the events of a request, or raise ``Unreadable`` and nothing else."""
        ...


DIALECT_ADAPTERS: Final[tuple[Dialect, ...]] = (events_v2, events_v1)
ADAPTERS: Final[tuple[Adapter, ...]] = (
    alertmanager,
    azure_monitor,
    blackfire,
    cloudwatch,
    coscale,
    custom_json,
    datadog,
    google_cloud_monitoring,
    grafana,
    icinga,
    mongodb_atlas,
    new_relic,
    opsgenie,
    sentry,
    testomato,
    thousandeyes,
    uptime_kuma,
)
ADAPTER_OF_VENDOR: Final = {adapter.VENDOR: adapter for adapter in ADAPTERS}


def dialect_of(body: bytes) -> Dialect | None:
    """Return the dialect that a body is in, if it is in one."""
    try:
        return next((dialect for dialect in DIALECT_ADAPTERS if dialect.speaks(body)), None)
    except Unreadable:
        return None
