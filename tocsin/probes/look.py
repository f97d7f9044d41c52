"""A look: how long it may take, what it may use, and what it has learned so far."""

import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import msgspec

from tocsin.domain.monitoring.monitor import FaultKind
from tocsin.kit.clock import Clock, system_clock
from tocsin.kit.http import Outbound, make_client, trusting


class Fault(Exception):  # noqa: N818 - of what was looked at, not ours
    """What is wrong with what was looked at: a short sentence for people, without a full stop."""

    def __init__(self, kind: FaultKind, sentence: str) -> None:
        super().__init__(sentence.removesuffix("."))
        self.kind = kind


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """What all looks share. ``credulous`` and ``blind`` believe every certificate."""

    outbound: Outbound
    http: httpx.AsyncClient
    credulous: httpx.AsyncClient
    tls: ssl.SSLContext
    blind: ssl.SSLContext
    clock: Clock


class Look(msgspec.Struct, kw_only=True):
    """One look at a target. What it learned is kept even if it ends with a fault.

    ``place`` is where it is, for those whose way has several places.
    """

    tools: Tools
    timeout: float  # seconds for all of it
    values: dict[str, Any] = {}
    place: str = ""

    def learn(self, **values: Any) -> None:
        """Remember values by their names."""
        self.values.update(values)


@asynccontextmanager
async def open_tools(
    outbound: Outbound, *, user_agent: str, clock: Clock = system_clock
) -> AsyncIterator[Tools]:
    """Make the tools, once for all looks: contexts of TLS are dear. Looks bound their own time."""
    tls, blind = trusting(), trusting(strangers=True)
    async with AsyncExitStack() as stack:
        careful, credulous = [
            await stack.enter_async_context(
                make_client(
                    outbound,
                    user_agent=user_agent,
                    timeout=None,
                    connections=None,
                    kept=0,  # each look finds its own way, from the beginning
                    tls=context,
                )
            )
            # A client changes its context: that of others stays as it is.
            for context in (trusting(), trusting(strangers=True))
        ]
        yield Tools(
            outbound=outbound, http=careful, credulous=credulous, tls=tls, blind=blind, clock=clock
        )
