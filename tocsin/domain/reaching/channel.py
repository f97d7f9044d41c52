"""What a channel is: it carries a message to an address, once, and says what came of it."""

from typing import ClassVar, Final, Protocol, runtime_checkable

import msgspec

from tocsin.domain.reaching.answer import Deed
from tocsin.domain.reaching.contact_kind import Field, Kind
from tocsin.domain.reaching.letter import Letter
from tocsin.domain.reaching.message import Message
from tocsin.kit.text import printable, shortened

MOST_TOLD: Final = 1000  # characters of a detail
LONGEST_NAME: Final = 600  # characters of what others call a message or an address


class CalledAt(msgspec.Struct, frozen=True, kw_only=True):
    """An address of ours that an administrator enters at the provider: where, and how it ends.

    ``help`` says what else there is to do there, or when it can be left out.
    """

    where: str
    tail: str = ""
    help: str = ""


class Declaration(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel is: what it needs, and what may be expected of it.

    A channel that needs no ``settings`` is there without being set up. ``timeout`` is for how many
    seconds a message may be under way; ``receipt_within`` how soon a receipt must be there, 0 if
    none ever comes. ``room`` is what the address of a room looks like if it posts in rooms,
    ``group`` that of a group of people if it keeps such in step. ``takes_calls`` says that lines of
    its numbers can be called, ``checks`` that it is ``Checking``. ``called_at`` are the addresses
    that it must be told by hand.
    """

    name: str
    label: str
    kind: Kind
    settings: tuple[Field, ...] = ()
    answers: bool = False
    receipt_within: int = 0
    timeout: float = 30.0
    is_best_effort: bool = False
    room: Field | None = None
    group: Field | None = None
    takes_calls: bool = False
    checks: bool = False
    called_at: tuple[CalledAt, ...] = ()
    tested: str


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message.

    ``retry`` says that the same address may do better later, at the earliest after
    ``wait_seconds``. ``provider_id`` is how the other side, or its receipts, will name it.
    ``is_our_fault`` says that the provider refuses us, whatever the address. ``answer`` is what
    somebody did about it while it was delivered; ``is_received`` says that somebody has it.
    ``address`` is how the provider itself calls the address, where that is something else.
    ``is_unproven`` says of what was not ok that it was carried, to a machine for all we know.
    """

    ok: bool
    detail: str
    retry: bool = False
    wait_seconds: int = 0
    provider_id: str | None = None
    is_our_fault: bool = False
    is_received: bool = False
    answer: Deed | None = None
    address: str = ""
    is_unproven: bool = False


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the other side knows us, in a sentence.

    What is neither ok nor ``is_refused`` gave no answer that could be read: it may be later.
    """

    ok: bool
    sentence: str
    is_refused: bool = False


def recordable(delivery: Delivery) -> Delivery:
    """Return it as rows can hold it: what other sides write knows no bounds."""
    name = delivery.provider_id
    return msgspec.structs.replace(
        delivery,
        detail=shortened(printable(delivery.detail), MOST_TOLD),
        provider_id=None if name is None else shortened(printable(name), LONGEST_NAME),
        address=shortened(printable(delivery.address), LONGEST_NAME),
    )


class Channel(Protocol):
    """A way to reach people. It never retries, sleeps, logs or reads the database."""

    declaration: ClassVar[Declaration]

    async def send(self, message: Message, address: str) -> Delivery:
        """Carry the message to the address, once. Faults of the way are answers, not errors."""


@runtime_checkable
class Postman(Protocol):
    """A channel that carries letters too."""

    async def post(self, letter: Letter) -> Delivery:
        """Carry the letter to its address, once. Faults of the way are answers, not errors."""


@runtime_checkable
class Checking(Protocol):
    """A channel that can ask the other side whether it knows us, without a message to anybody."""

    async def check(self) -> Checked:
        """Ask once, for a few seconds. Faults of the way are answers, not errors."""


@runtime_checkable
class Closing(Protocol):
    """A channel that holds something open."""

    async def close(self) -> None:
        """Let go of it: the provider was changed or removed, or the server ends."""
