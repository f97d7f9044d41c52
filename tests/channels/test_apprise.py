"""Apprise, in its own process: what a real web server gets, and what becomes of trouble."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.hook import Hook
from tests.standins.pages import NOTICE, PAGE
from tests.standins.tooling import open_tools
from tocsin.channels import apprise
from tocsin.channels.apprise import Apprise
from tocsin.kit.http import Outbound

pytestmark = pytest.mark.slow  # real calls and real processes take their time

# Sends to an address until it is killed.
SENDER = """
import asyncio, sys
from tests.standins.pages import PAGE
from tocsin.channels.apprise import Apprise
from tocsin.kit.http import Outbound
asyncio.run(Apprise(Outbound(), "*").send(PAGE, sys.argv[1]))
"""


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., Apprise]]:
    async with open_tools() as tools:

        def make(services: str = "json, jsons", deny: tuple[str, ...] = ()) -> Apprise:
            within = replace(tools, outbound=Outbound(deny))
            return Apprise.make(within, {"services": services}, "")

        yield make


@pytest.fixture
def channel(make: Callable[..., Apprise]) -> Apprise:
    return make()


@pytest.fixture
def address(hook: Hook) -> str:
    return hook.url.replace("http://", "json://")


async def test_a_page_is_told_with_the_address_that_answers_it(
    channel: Apprise, hook: Hook, address: str
) -> None:
    delivery, _ = await asyncio.gather(channel.send(PAGE, address), channel.send(NOTICE, address))

    first, second = sorted(hook.heard, key=lambda heard: len(heard.body), reverse=True)
    assert (delivery.ok, delivery.detail) == (True, "Taken by the service")
    assert first.json["title"] == PAGE.title
    assert first.json["message"] == f"{PAGE.body}\n\n{PAGE.answer_url}"
    assert second.json["message"] == NOTICE.body
    assert channel.declaration.is_best_effort


@pytest.mark.parametrize(
    "status", ["503 Service Unavailable", "429 Too Many Requests", "401 Unauthorized"]
)
async def test_what_a_service_refuses_may_do_better_later(
    channel: Apprise, hook: Hook, address: str, status: str
) -> None:
    hook.say(status, "Retry-After: 7", body="secret words of the service")

    delivery = await channel.send(PAGE, address)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, True, False)
    assert delivery.detail == f"The service did not take it (HTTP {status[:3]})."


async def test_silence_is_given_up_and_leaves_no_process(
    channel: Apprise, hook: Hook, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apprise, "TIMEOUT", 0.5)
    hook.open.clear()

    delivery = await channel.send(PAGE, address)

    assert (delivery.ok, delivery.retry) == (False, True)
    assert delivery.detail == "No answer within 0.5 seconds."
    assert _children_of(os.getpid()) == []


@pytest.mark.parametrize(
    ("services", "wrong", "detail"),
    [
        ("*", "nonsense://example.com", "Apprise does not know this address."),
        ("json", "xml://example.com", "Apprise is set up without xml."),
    ],
)
async def test_an_address_that_cannot_be_told_is_wrong(
    make: Callable[..., Apprise], services: str, wrong: str, detail: str
) -> None:
    delivery = await make(services).send(PAGE, wrong)

    assert (delivery.ok, delivery.retry, delivery.detail) == (False, False, detail)


async def test_what_is_forbidden_to_us_is_forbidden_to_apprise(
    make: Callable[..., Apprise], hook: Hook, address: str
) -> None:
    delivery = await make(deny=("private",)).send(PAGE, address)

    assert not delivery.ok
    assert hook.heard == []


async def test_a_process_that_breaks_down_says_nothing(
    channel: Apprise, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apprise, "WORKER", "tocsin.kit.nothing_of_this_name")

    delivery = await channel.send(PAGE, address)

    assert (delivery.ok, delivery.retry) == (False, True)
    assert delivery.detail == "Apprise has broken down."


async def test_the_process_dies_with_whoever_started_it() -> None:
    connected, closed = asyncio.Event(), asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        closed.set()
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1")
    url = f"json://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    root = Path(__file__).parents[2]
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", SENDER, url, cwd=root)
    async with asyncio.timeout(60), server:
        await connected.wait()
        parent.send_signal(signal.SIGKILL)
        await parent.wait()
        await closed.wait()


def _children_of(pid: int) -> list[str]:
    """Return the programs of ours that a process has started and that still run."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = status.read_text().rpartition(")")[2].split()[1]
            command = (status.parent / "cmdline").read_text()
        except OSError:
            continue
        if parent == str(pid) and "apprise_worker" in command:
            found.append(command)
    return found
