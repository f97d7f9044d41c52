"""Channels for tests that do as they are told, and the providers that they belong to."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from tests.night import Night
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.channel import Channel, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import PHONE, SMS, Field
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Receipt, Reply, Tell, Unheard
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.provider import Provider
from tocsin.engine.carrying import Carrying
from tocsin.usecases.house import House
from tocsin.usecases.reaching import providers
from tocsin.usecases.reaching.providers import Wish

TAKEN = Delivery(ok=True, detail="queued")
SECRET = Field(name="secret", label="Secret", kind="secret", example="s3cret")


def declared(name: str, kind: str, **given: float) -> Declaration:
    """Declare a channel that needs a secret."""
    return msgspec.convert(
        {"name": name, "label": name.title(), "kind": PHONE if kind == "phone" else SMS}
        | {"settings": (SECRET,), "tested": "by itself", **given},
        Declaration,
    )


FAST = declared("fast", "sms", timeout=5.0)
SURE = declared("sure", "sms", receipt_within=60)
CALL = declared("call", "phone", timeout=120.0)
DECLARED = (FAST, SURE, CALL)


class Talker:
    """Keeps what it is given, names it, and answers as ``answers`` say, the last one again.

    While ``open`` is clear, messages hang. It listens if it is told to.
    """

    declaration: ClassVar[Declaration] = FAST

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.sent: list[tuple[Message, str]] = []
        self.answers: list[Delivery] = [TAKEN]
        self.open = asyncio.Event()
        self.open.set()
        self.is_closed = False

    async def send(self, message: Message, address: str) -> Delivery:
        """Keep the message."""
        self.sent.append((message, address))
        await self.open.wait()
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        name = f"{self.provider.name}-{len(self.sent)}"
        return msgspec.structs.replace(answer, provider_id=name) if answer.ok else answer

    async def close(self) -> None:
        """Be closed."""
        self.is_closed = True

    def hear(self, callback: Callback, _now: object) -> Heard:
        """Believe whoever knows the secret, and read JSON."""
        if callback.headers.get("x-secret") != self.provider.settings["secret"]:
            raise Forged("X-Secret is missing or wrong.")
        if callback.method == "GET":
            return Heard(token=dict(callback.query).get("token"))
        try:
            return msgspec.json.decode(callback.body, type=Heard)
        except msgspec.MsgspecError:
            raise Unheard("The body is no JSON.") from None

    def reply(
        self,
        callback: Callback,
        _heard: Heard,
        upshots: Sequence[Upshot],
        message: Message | None,
    ) -> Reply:
        """Repeat what was called, and what came of it."""
        told = [callback.url, callback.tail, *(one.sentence for one in upshots)]
        body = "\n".join([*told, message.id if message else ""])
        return Reply(status=200, body=body.encode())


class Sure(Talker):
    """Promises a receipt."""

    declaration: ClassVar[Declaration] = SURE


class Call(Talker):
    """Takes its time."""

    declaration: ClassVar[Declaration] = CALL


class Switchboard:
    """All talkers of a house, by the names of their providers."""

    def __init__(self, night: Night, *given: Channel) -> None:
        self.night = night
        self.house: House = msgspec.structs.replace(
            night.house, declared=(*night.house.declared, *DECLARED)
        )
        night.house = self.house
        self.talkers: dict[str, Talker] = {}
        self.carrying = Carrying(given, self._make)

    def _make(self, provider: Provider) -> Talker:
        made = {"fast": Talker, "sure": Sure, "call": Call}[provider.type](provider)
        self.talkers[provider.name] = made
        return made

    async def add(self, type_: str, name: str) -> Provider:
        """Set a provider up, and make its channel."""
        wish = Wish(type=type_, name=name, settings={"secret": f"secret of {name}"})
        provider = await providers.create(self.house, wish, self.night.now)
        self.carrying.of(provider.kind, provider)
        return provider

    def __getitem__(self, name: str) -> Talker:
        return self.talkers[name]


class Ear(Talker):
    """Listens: tells what is put into ``queue``; an exception in it breaks the connection."""

    queue: asyncio.Queue[Heard | Exception]
    listeners = 0

    def __init__(self, provider: Provider) -> None:
        super().__init__(provider)
        self.queue = asyncio.Queue()
        self.told: list[Upshot] = []
        self.times = 0

    async def listen(self, tell: Tell) -> None:
        """Tell what is heard."""
        self.times += 1
        self.listeners += 1
        try:
            while True:
                heard = await self.queue.get()
                if isinstance(heard, Exception):
                    raise heard
                self.told += await tell(heard)
        finally:
            self.listeners -= 1


def acknowledging(token: str) -> Heard:
    """Return the answer of whoever has it."""
    return Heard(answers=(Answer(deed="acknowledge", token=token),))


def receipt(name: str, state: str, detail: str = "", **given: bool) -> Heard:
    """Return a receipt for the message that a provider calls so."""
    told: Mapping[str, object] = {"provider_id": name, "state": state, "detail": detail, **given}
    return Heard(receipts=(msgspec.convert(told, Receipt),))
