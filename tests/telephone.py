"""A channel for tests that keeps whole messages, as a telephone would show them."""

from collections.abc import Callable
from typing import ClassVar

from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import SMS
from tocsin.domain.reaching.message import Message

SENT: Delivery = Delivery(ok=True, detail="kept")


class Telephone:
    """``received`` are the messages, and the addresses that they came to, in their order."""

    declaration: ClassVar[Declaration] = Declaration(
        name="telephone", label="Telephone", kind=SMS, answers=True, tested="by itself"
    )

    def __init__(self) -> None:
        self.received: list[tuple[str, Message]] = []
        self.answer: Callable[[str], Delivery] = lambda _address: SENT

    async def send(self, message: Message, address: str) -> Delivery:
        """Keep the message if the answer is a good one."""
        answer = self.answer(address)
        if answer.ok:
            self.received.append((address, message))
        return answer
