"""Ping: echo requests, how many are lost, and how long the others take."""

from typing import Any, Final

import icmplib

from tocsin.domain.monitoring.monitor import Ping
from tocsin.probes.facing import facing
from tocsin.probes.look import Fault, Look

BETWEEN: Final = 0.2  # seconds
_PLAIN_THEN_RAW: Final = (False, True)  # whether a socket needs the rights of an administrator
NOT_ALLOWED: Final = "The system lets nobody here send echo requests: see net.ipv4.ping_group_range"


async def measure(target: Ping, look: Look) -> None:
    """Send some, one after the other."""
    async with facing(target.host, 0, look):
        address, *_ = await look.tools.outbound.resolve(target.host)
        found = await _ping(address, target.count, _patience(target.count, look.timeout))
    if not found.packets_sent:
        raise Fault("connection", f"No echo request can be sent to {target.host}")
    look.learn(loss=round(found.packet_loss * 100, 1))
    if not found.is_alive:
        raise Fault("timeout", f"{target.host} answers none of {target.count} echo requests")
    look.learn(
        response_time=found.avg_rtt,
        round_trip=found.avg_rtt,
        round_trip_min=found.min_rtt,
        round_trip_max=found.max_rtt,
    )


async def _ping(address: str, count: int, patience: float) -> Any:
    for privileged in _PLAIN_THEN_RAW:
        try:
            return await icmplib.async_ping(
                address, count=count, interval=BETWEEN, timeout=patience, privileged=privileged
            )
        except icmplib.SocketPermissionError:
            continue
        except icmplib.ICMPLibError as error:
            raise Fault("connection", f"No echo request can be sent: {error}") from error
    raise Fault("refused", NOT_ALLOWED)


def _patience(count: int, seconds: float) -> float:
    """Return how long each answer is waited for, so that all fit into the look."""
    return max((seconds - BETWEEN * count) / (count + 1), 0.1)
