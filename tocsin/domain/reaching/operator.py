"""Operators: channels whose provider lets numbers of ours be called, and does as it is told."""

from typing import Protocol, runtime_checkable

from tocsin.domain.reaching.call_line import Direction, Fetched
from tocsin.domain.reaching.hearing import Reply


@runtime_checkable
class Operator(Protocol):
    """A channel whose provider lets numbers be called."""

    def direct(self, direction: Direction) -> Reply:
        """Write down what the provider is to do."""

    async def fetch(self, recording: str) -> Fetched:
        """Fetch a message that was recorded, once."""
