"""A channel for tests that writes into a notebook, or fails as it is told."""

import asyncio
from collections.abc import Callable
from typing import ClassVar

from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import EMAIL
from tocsin.domain.reaching.message import Message

SENT = Delivery(ok=True, detail="kept")


class Notebook:
    """``pages`` are (address, titles of incidents), in the order of their delivery.

    ``further`` sums up the incidents that the pages only counted.
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="notebook", label="Notebook", kind=EMAIL, tested="by itself"
    )

    def __init__(self, seconds: float = 0) -> None:
        self.pages: list[tuple[str, list[str]]] = []
        self.further = 0
        self.seconds = seconds
        self.stuck: dict[str, asyncio.Event] = {}
        self.answer: Callable[[str], Delivery] = lambda _address: SENT

    @property
    def titles(self) -> list[str]:
        """All titles that were told, in order."""
        return [title for _, titles in self.pages for title in titles]

    async def send(self, message: Message, address: str) -> Delivery:
        """Keep the page if the answer is a good one."""
        await asyncio.sleep(self.seconds)
        if address in self.stuck:
            await self.stuck[address].wait()
        answer = self.answer(address)
        if answer.ok:
            self.pages.append((address, [incident.title for incident in message.incidents]))
            self.further += message.further
        return answer
