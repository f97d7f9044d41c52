"""Couriers: what each lane of deliveries does with a dispatch."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final, Generic, NamedTuple, TypeVar

from tocsin.domain.machines.delivery import DeliveryLane, Dispatch
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.usecases.house import House

Parcel = TypeVar("Parcel")


class Courier(NamedTuple, Generic[Parcel]):
    """Three steps that the dispatcher takes for each attempt, in this order.

    ``compose`` reads what it needs and returns the parcel: where to send what. It keeps a new body
    with ``store.deliveries.keep_body``, and sends the old one again if ``dispatch.body`` is there.
    An ``Outcome`` in its place says that there is nothing to send: it is recorded at once.
    ``send`` has no transaction open, and never retries: faults of the way are outcomes.
    ``record`` settles the dispatch in one transaction with whatever else follows: see
    ``usecases.deliveries.record``, and ``domain.delivery.after`` for when it is due again.
    """

    compose: Callable[[House, Dispatch, datetime], Awaitable[Parcel | Outcome]]
    send: Callable[[Parcel], Awaitable[Outcome]]
    record: Callable[[House, Dispatch, Outcome, datetime], Awaitable[None]]


Couriers = Mapping[DeliveryLane, Courier[Any]]
NO_COURIERS: Final[Couriers] = {}
