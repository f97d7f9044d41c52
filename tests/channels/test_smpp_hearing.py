"""SMPP with an SMSC: receipts, answers, and connections that are kept for them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from tests.standins.pages import PAGE
from tests.standins.smsc import ENQUIRE, GOODBYE, Smsc, open_channels
from tocsin.channels.smpp import session as smpp_session
from tocsin.channels.smpp.channel import Smpp
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.hearing import Heard, Listener, Receipt

ADDRESS = "+15550100"
DISK = replace(PAGE, text="Disk full")
DONE = Upshot(ok=True, sentence="Acknowledged: #12.")
TAKEN = Delivery(ok=True, detail="The SMSC took it.", provider_id="A1")
Make = Callable[..., Smpp]


class Told:
    """What was heard; answers are met with ``upshots``, or with a fault."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        self.upshots: list[Upshot] = []
        self.fault: Exception | None = None

    async def __call__(self, heard: Heard) -> Sequence[Upshot]:
        self.heard.put_nowait(heard)
        if self.fault:
            raise self.fault
        return self.upshots


@pytest.fixture
async def smsc() -> AsyncIterator[Smsc]:
    async with Smsc() as smsc:
        yield smsc


@pytest.fixture
async def make(smsc: Smsc) -> AsyncIterator[Make]:
    async with open_channels(smsc) as make:
        yield make


@pytest.fixture
async def channel(make: Make) -> Smpp:
    return make()


@asynccontextmanager
async def listening(channel: Smpp, smsc: Smsc, told: Told) -> AsyncIterator[asyncio.Task[None]]:
    """Listen meanwhile."""
    task = asyncio.create_task(channel.listen(told))
    async with asyncio.timeout(5):
        await smsc.bound.wait()
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def soon(queue: asyncio.Queue[Any]) -> Any:
    return await asyncio.wait_for(queue.get(), 5)


@pytest.mark.parametrize(
    ("state", "receipt"),
    [
        ("DELIVRD", ("delivered", "SMSC: DELIVRD", False)),
        ("ACCEPTD", ("sent", "SMSC: ACCEPTD", False)),
        ("UNDELIV", ("failed", "SMSC: UNDELIV, error 011", True)),
    ],
)
async def test_receipts_say_how_far_a_message_came(
    channel: Smpp, smsc: Smsc, state: str, receipt: tuple[Any, str, bool]
) -> None:
    told = Told()
    async with listening(channel, smsc, told):
        assert isinstance(channel, Listener)
        assert await channel.send(DISK, ADDRESS) == TAKEN
        smsc.report("A1", state, 11)

        heard = await soon(told.heard)
        assert await soon(smsc.responded) == 0

    state_, detail, retry = receipt
    assert heard.receipts == (Receipt(provider_id="A1", state=state_, detail=detail, retry=retry),)
    assert len(smsc.writers) == 1, "one connection does both"


@pytest.mark.parametrize(
    ("ids", "reported"), [("same", "A1"), ("decimal", "161"), ("decimal", "0000000161")]
)
async def test_names_are_compared_as_the_smsc_writes_them(
    make: Make, smsc: Smsc, ids: str, reported: str
) -> None:
    channel, told = make(ids=ids), Told()
    async with listening(channel, smsc, told):
        delivery = await channel.send(DISK, ADDRESS)
        smsc.report_in_fields(reported, 2)

        heard = await soon(told.heard)

    assert heard.receipts[0].provider_id == delivery.provider_id
    assert heard.receipts[0].state == "delivered"


async def test_names_may_be_decimal_first_and_then_hexadecimal(make: Make, smsc: Smsc) -> None:
    channel, told = make(ids="hex"), Told()
    smsc.first_id = "161"
    async with listening(channel, smsc, told):
        delivery = await channel.send(DISK, ADDRESS)
        smsc.report("a1", "DELIVRD")
        assert (await soon(told.heard)).receipts[0].provider_id == delivery.provider_id
        smsc.report("no-number", "DELIVRD")
        assert (await soon(told.heard)).receipts[0].provider_id == "no-number"


async def test_what_somebody_writes_is_heard_and_answered(channel: Smpp, smsc: Smsc) -> None:
    told = Told()
    told.upshots = [DONE]
    async with listening(channel, smsc, told):
        smsc.deliver("ack 12")

        heard = await soon(told.heard)
        assert await soon(smsc.responded) == 0
        await asyncio.wait_for(smsc.took.wait(), 5)

    assert heard == Heard(answers=(Answer(deed="acknowledge", number=12, sender=ADDRESS),))
    (message,) = smsc.taken
    assert (message.destination.number, message.short_message) == ("15550100", DONE.sentence)


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("\x05\x00\x03\x07\x02\x02ack", {"esm_class": 0x40, "encoding": "ascii"}),
        ("id:A1 stat:UNKNOWN err:000 text:", {"esm_class": 0x04}),
        ("nothing is told", {"esm_class": 0x04}),
    ],
)
async def test_what_says_nothing_changes_nothing(
    channel: Smpp, smsc: Smsc, text: str, more: dict[str, Any]
) -> None:
    told = Told()
    async with listening(channel, smsc, told):
        smsc.deliver(text, **more)

        assert await soon(told.heard) == Heard()


@pytest.mark.parametrize("encoding", ["ascii", "latin_1", "ucs2", None])
async def test_answers_are_read_in_every_alphabet(
    channel: Smpp, smsc: Smsc, encoding: str | None
) -> None:
    told = Told()
    async with listening(channel, smsc, told):
        smsc.deliver("resolve", encoding=encoding)

        assert (await soon(told.heard)).answers[0].deed == "resolve"


async def test_what_could_not_be_taken_is_delivered_again(channel: Smpp, smsc: Smsc) -> None:
    told = Told()
    told.fault = ConnectionError("The database is away.")
    async with listening(channel, smsc, told) as task:
        smsc.deliver("4")

        assert await soon(smsc.responded) == 0x64
        with pytest.raises(ExceptionGroup):
            await task


async def test_what_cannot_be_read_is_taken_and_forgotten(channel: Smpp, smsc: Smsc) -> None:
    told = Told()
    async with listening(channel, smsc, told):
        smsc.write(b"\0\0\0\x12\0\0\0\5\0\0\0\0\0\0\0\x07\0\0")

        assert await soon(smsc.responded) == 0
        assert told.heard.empty()


async def test_a_listener_says_when_the_connection_is_over(channel: Smpp, smsc: Smsc) -> None:
    async with listening(channel, smsc, Told()) as task:
        smsc.send(GOODBYE())

        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(task, 5)


async def test_a_listener_asks_whether_somebody_is_there(
    channel: Smpp, smsc: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_session, "QUIET", 0.05)
    async with listening(channel, smsc, Told()) as task:
        await asyncio.sleep(0.2)
        assert not task.done()
        smsc.open.clear()

        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(task, 5)


async def test_questions_of_the_smsc_are_answered(channel: Smpp, smsc: Smsc) -> None:
    async with listening(channel, smsc, Told()):
        smsc.send(ENQUIRE())
        assert await soon(smsc.responded) == 0
        smsc.write(b"\0\0\0\x10\0\0\1\3\0\0\0\0\0\0\0\x07")  # data_sm, which we do not know
        assert await soon(smsc.responded) == 0x03


async def test_a_listener_takes_the_place_of_a_connection_without_ears(
    channel: Smpp, smsc: Smsc
) -> None:
    await channel.send(DISK, ADDRESS)
    smsc.bound.clear()
    told = Told()
    async with listening(channel, smsc, told):
        smsc.deliver("4")

        assert (await soon(told.heard)).answers
