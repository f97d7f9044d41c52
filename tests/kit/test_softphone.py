"""The telephone, in its own process, calling real ones on this machine."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator

import psutil
import pytest

from tests.standins.telephones import answering, challenging, free_port, refusing, ringing
from tocsin.kit import softphone
from tocsin.kit.softphone import CallEnded, Softphone, Trunk
from tocsin.kit.speech import Speaker

# Real calls take their time, and the time of others spoils what is heard.
pytestmark = [pytest.mark.slow, pytest.mark.alone]

NUMBER = "+15550100"


def trunk(server: str, *, registers: bool = False, transport: str = "udp") -> Trunk:
    return Trunk(
        server=server,
        transport=transport,
        user="trunk",
        password="pass word;1",
        caller="+15550199",
        registers=registers,
    )


@pytest.fixture
async def phone() -> AsyncIterator[Softphone]:
    async with Softphone.open() as one:
        yield one


@pytest.fixture(scope="module")
async def hello() -> bytes:
    return await Speaker().say("Hello, this is a test call.", "en")


async def test_speech_is_heard_at_the_other_end(phone: Softphone, hello: bytes) -> None:
    async with answering() as peer:
        await phone.dial(trunk(peer.server), NUMBER, ring_for=5)
        began = time.monotonic()
        await phone.say(hello)
        took = time.monotonic() - began
        await phone.hang_up()
        report = await peer.report()

    assert len(hello) / 16000 <= took < len(hello) / 16000 + 1.5
    assert report["seconds"] > 0.5
    assert report["caller"] == ["sip:+15550199@" + peer.server, "<sip:+15550199@127.0.0.1>"]


@pytest.mark.parametrize("mode", ["rtpevent", "info"])
async def test_keys_arrive_however_they_are_sent(phone: Softphone, hello: bytes, mode: str) -> None:
    async with answering((0.6, "4"), mode=mode) as peer:
        await phone.dial(trunk(peer.server), NUMBER, ring_for=5)

        assert await phone.ask(hello, wait=5) == "4"


async def test_nobody_presses_a_key(phone: Softphone, hello: bytes) -> None:
    async with answering() as peer:
        await phone.dial(trunk(peer.server), NUMBER, ring_for=5)

        assert await phone.ask(hello, wait=0.5) is None


async def test_an_extension_is_dialled(phone: Softphone) -> None:
    async with answering() as peer:
        await phone.dial(trunk(peer.server), NUMBER, ring_for=5)
        await phone.press("12#")
        await phone.hang_up()

        assert (await peer.report())["pressed"] == "12#"


@pytest.mark.parametrize(
    ("line", "status"),
    [("486 Busy Here", 486), ("603 Decline", 603), ("404 Not Found", 404), ("503 No Lines", 503)],
)
async def test_a_refusal_is_told_with_its_status(phone: Softphone, line: str, status: int) -> None:
    async with refusing(line) as server:
        with pytest.raises(CallEnded) as ended:
            await phone.dial(trunk(server), NUMBER, ring_for=5)

    assert (ended.value.why, ended.value.status) == ("refused", status)
    assert str(ended.value) == line


async def test_a_password_that_is_not_believed_ends_a_call(phone: Softphone) -> None:
    async with challenging("INVITE") as server:
        with pytest.raises(CallEnded) as ended:
            await phone.dial(trunk(server), NUMBER, ring_for=5)

    assert (ended.value.why, ended.value.status) == ("refused", 401)


async def test_a_password_that_is_not_believed_ends_a_registration(phone: Softphone) -> None:
    async with challenging("REGISTER") as server:
        with pytest.raises(CallEnded) as ended:
            await phone.dial(trunk(server, registers=True), NUMBER, ring_for=5)

    assert (ended.value.why, ended.value.status) == ("unregistered", 401)


async def test_a_telephone_that_nobody_answers_stops_ringing(phone: Softphone) -> None:
    async with ringing() as server:
        with pytest.raises(CallEnded) as ended:
            await phone.dial(trunk(server), NUMBER, ring_for=0.5)

    assert ended.value.why == "unanswered"


async def test_a_server_that_is_not_there_is_called_in_vain(phone: Softphone) -> None:
    with pytest.raises(CallEnded):
        await phone.dial(trunk(f"127.0.0.1:{free_port()}"), NUMBER, ring_for=0.5)


async def test_a_name_that_leads_nowhere_is_called_in_vain(phone: Softphone) -> None:
    with pytest.raises(CallEnded):
        await phone.dial(trunk("sip.invalid"), NUMBER, ring_for=3)


async def test_a_call_ends_when_the_other_side_hangs_up(phone: Softphone, hello: bytes) -> None:
    async with answering(hangs_up=0.3) as peer:
        await phone.dial(trunk(peer.server), NUMBER, ring_for=5)
        with pytest.raises(CallEnded) as ended:
            await phone.say(hello)

    assert ended.value.why == "closed"


async def test_a_crash_of_the_telephone_ends_its_call_alone(hello: bytes) -> None:
    async with answering() as peer, Softphone.open() as phone:
        await phone.dial(trunk(peer.server), NUMBER, ring_for=5)
        (worker,) = workers()
        os.kill(worker, signal.SIGSEGV)
        with pytest.raises(CallEnded) as ended:
            await phone.say(hello)

    assert str(ended.value) == "the telephone's process has ended"


async def test_a_call_that_is_given_up_leaves_no_process(hello: bytes) -> None:
    async def call() -> None:
        async with Softphone.open() as phone:
            await phone.dial(trunk(server), NUMBER, ring_for=30)

    async with ringing() as server:
        calling = asyncio.create_task(call())
        while not workers():  # noqa: ASYNC110 - processes tell nobody
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        calling.cancel()
        await asyncio.wait([calling])

    assert workers() == []


async def test_a_telephone_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(softphone, "FAREWELL", 0.2)
    async with Softphone.open():
        (worker,) = workers()
        os.kill(worker, signal.SIGSTOP)

    assert workers() == []


async def test_a_password_is_on_no_command_line(phone: Softphone) -> None:
    async with answering() as peer:
        await phone.dial(trunk(peer.server), NUMBER, ring_for=5)
        (worker,) = workers()

        assert "pass word" not in " ".join(psutil.Process(worker).cmdline())


def workers() -> list[int]:
    """Return the processes of our telephones."""
    children = psutil.Process().children()
    name = str(softphone.WORKER)
    return [one.pid for one in children if one.is_running() and name in one.cmdline()]
