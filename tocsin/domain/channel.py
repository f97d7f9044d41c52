"""What a channel is: it carries a message to an address, once, and says what came of it."""

from typing import ClassVar, Literal, Protocol, runtime_checkable

import msgspec

from tocsin.domain.letter import Letter
from tocsin.domain.message import Message


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """What an address of this channel needs: forms, checks and documents are drawn from it."""

    name: str
    label: str
    kind: Literal["email", "tel", "text", "url"]
    example: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message.

    ``retry`` says that the same address may do better later, at the earliest after
    ``wait_seconds``. ``provider_id`` is how the other side, or its receipts, will name it.
    """

    ok: bool
    detail: str
    retry: bool = False
    wait_seconds: int = 0
    provider_id: str | None = None


class Channel(Protocol):
    """A way to reach people. It never retries, sleeps, logs or reads the database."""

    kind: ClassVar[str]
    fields: ClassVar[tuple[Field, ...]]

    async def send(self, message: Message, address: str) -> Delivery:
        """Carry the message to the address, once. Faults of the way are answers, not errors."""


@runtime_checkable
class Postman(Protocol):
    """A channel that carries letters too."""

    async def post(self, letter: Letter) -> Delivery:
        """Carry the letter to its address, once. Faults of the way are answers, not errors."""
