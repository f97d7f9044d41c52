"""Hearing: what providers call us back about: receipts, answers, and what a telephone is to say."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, Protocol, runtime_checkable
from urllib.parse import parse_qsl, quote

import msgspec

from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.call_line import LineEvent
from tocsin.domain.reaching.message import Message

ReceiptState = Literal["accepted", "sent", "delivered", "read", "failed"]
Word = Literal["who", "trigger", "help"]

REPLACEMENT: Final = "\ufffd"


class Forged(Exception):  # noqa: N818 - an answer, not a fault
    """The call does not come from the provider; the sentence says what it lacks."""


class Unheard(Exception):  # noqa: N818 - an answer, not a fault
    """The call cannot be understood; the sentence says why."""


class Callback(msgspec.Struct, frozen=True, kw_only=True):
    """A request from a provider. ``url`` is the address that it called, as it wrote it.

    ``tail`` is what stands in its path after the provider's own part; names of ``headers`` are in
    small letters.
    """

    method: str
    url: str
    tail: str = ""
    headers: Mapping[str, str] = {}
    body: bytes = b""

    @property
    def query(self) -> list[tuple[str, str]]:
        """What the address asks for."""
        return _pairs(self.url.partition("?")[2])

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of the body, if it is a form."""
        return _pairs(self.body.decode("utf-8", "replace"))


def _pairs(text: str) -> list[tuple[str, str]]:
    """Read fields, with U+FFFD for NULs, which no database holds."""
    fit = text.replace("\0", REPLACEMENT).replace("%00", quote(REPLACEMENT))
    return parse_qsl(fit, keep_blank_values=True)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message: ``provider_id`` is the name that the provider gave it.

    With ``retry``, what failed may do better later, or by another way. What failed ``is_unproven``
    where somebody or something took it.
    """

    provider_id: str
    state: ReceiptState
    detail: str = ""
    retry: bool = False
    is_unproven: bool = False


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody writes that is no answer: a question, or an incident to begin.

    ``help`` asks what there is; its ``text`` is what such words stand behind, as ``/tocsin``.
    """

    word: Word
    text: str
    sender: str


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a call was about. ``token`` asks for the message that it belongs to.

    ``line`` is what happened in a call on a line; an ``Operator`` is then told how it goes on.
    """

    receipts: tuple[Receipt, ...] = ()
    answers: tuple[Answer, ...] = ()
    commands: tuple[Command, ...] = ()
    token: str | None = None
    line: LineEvent | None = None


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider is answered."""

    status: int = 204
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"


@runtime_checkable
class Hearer(Protocol):
    """A channel whose provider calls back."""

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Check who calls and understand what it is about. Raises Forged and Unheard."""

    def reply(
        self,
        callback: Callback,
        heard: Heard,
        upshots: Sequence[Upshot],
        message: Message | None,
    ) -> Reply:
        """Write what is answered: an upshot for each answer and command, the message asked for."""


@runtime_checkable
class Finisher(Protocol):
    """A channel that tells what came of answers by a call of its own, after its reply has left."""

    async def finish(self, callback: Callback, heard: Heard, upshots: Sequence[Upshot]) -> None:
        """Tell whoever answered. Nobody waits for it, and its faults are nobody's."""


@runtime_checkable
class Preparer(Protocol):
    """A hearer that needs something of its provider before it can check who calls."""

    async def prepare(self, callback: Callback, now: datetime) -> None:
        """Fetch it unless it is there; without it, ``hear`` finds the call forged."""


Tell = Callable[[Heard], Awaitable[Sequence[Upshot]]]


@runtime_checkable
class Listener(Protocol):
    """A channel that asks its provider itself for what people answer."""

    async def listen(self, tell: Tell) -> None:
        """Listen until cancelled, telling what is heard. Raises what breaks the connection."""
