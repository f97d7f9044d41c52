"""`tocsin send` as a shell sees it, against the doors for events over HTTP."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from typing import Final

import pytest
import typer
import uvicorn
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs
from typer.testing import CliRunner

from tests.api.shelf import KEY, Shelf
from tocsin.api.events import EventsApp
from tocsin.api.metrics import EventMetrics
from tocsin.cli.send import send as send_command
from tocsin.domain.intake.event import Event
from tocsin.usecases.intake.parcels import Full, Parcel, Stray, Verdict

HOST: Final = socket.gethostname()


class Moody(Shelf):
    """Is busy for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.busy_for = 0

    async def take(self, parcel: Parcel | Stray) -> Verdict:
        if self.busy_for:
            self.busy_for -= 1
            raise Full(0)
        return await super().take(parcel)


@pytest.fixture
def shelf() -> Moody:
    return Moody()


@pytest.fixture
async def url(shelf: Moody) -> AsyncIterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    app = EventsApp(shelf.take, EventMetrics(CollectorRegistry()))
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await serving


async def send(*arguments: str, url: str, stdin: str = "") -> tuple[int, str, str]:
    command = typer.Typer()
    command.command()(send_command)
    with capture_logs():  # the server's, which is in the same process
        told = await asyncio.to_thread(
            CliRunner().invoke,
            command,
            [*arguments],
            input=stdin,
            env={"TOCSIN_PUBLIC_URL": url, "COLUMNS": "200"},
        )
    return told.exit_code, told.stdout, told.stderr


async def test_it_is_a_command_of_tocsin(url: str, shelf: Moody) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tocsin", "send", "--key", KEY, "Disk full"),
        env=os.environ | {"TOCSIN_PUBLIC_URL": url},
    )

    assert await process.wait() == 0
    assert len(shelf.whats) == 1


async def test_a_trigger_is_sent_and_its_new_dedup_key_printed(url: str, shelf: Moody) -> None:
    code, out, err = await send("--key", KEY, "Disk full", url=url)

    assert (code, err) == (0, "")
    assert shelf.whats == [
        Event(
            action="trigger",
            dedup_key=out.rstrip("\n"),
            summary="Disk full",
            severity="error",
            source=HOST,
        )
    ]
    assert len(out) == 33


async def test_every_part_of_an_event_has_its_flag(url: str, shelf: Moody) -> None:
    parts = ["--source=db-1", "--component=disk", "--group=db", "--class=space", "--client=cron"]
    details = ["--details", "free=3 %", "--details", "query=a=b"]
    known = ["--key", KEY, "--dedup-key", "db-1/disk", "--severity", "critical"]
    code, out, _ = await send(
        *known, *parts, *details, "Disk full", "--url", url, url="http://a.example"
    )

    assert (code, out) == (0, "db-1/disk\n")
    assert shelf.whats == [
        Event(
            action="trigger",
            dedup_key="db-1/disk",
            summary="Disk full",
            severity="critical",
            source="db-1",
            component="disk",
            group="db",
            event_class="space",
            client="cron",
            custom_details={"free": "3 %", "query": "a=b"},
        )
    ]


async def test_details_may_be_any_json_of_the_input(url: str, shelf: Moody) -> None:
    given = ["--key", KEY, "--action", "resolve", "--dedup-key", "a", "--details", "-"]
    code, out, _ = await send(*given, url=url, stdin='[{"free": 3}]')

    assert (code, out) == (0, "a\n")
    resolve = Event(action="resolve", dedup_key="a", custom_details=[{"free": 3}])
    assert shelf.whats == [resolve]


async def test_a_refusal_is_the_servers_sentence_and_exit_code_one(url: str, shelf: Moody) -> None:
    code, out, err = await send("--key", KEY[1:], "Disk full", url=url)

    assert (code, out) == (1, "")
    assert err == (
        "Event object is invalid: Length of 'routing_key' is incorrect (should be 32 characters).\n"
    )


async def test_a_busy_server_is_asked_again(url: str, shelf: Moody) -> None:
    shelf.busy_for = 3
    assert (await send("--key", KEY, "Disk full", url=url))[0] == 0
    assert len(shelf.whats) == 1

    shelf.busy_for = 4
    code, _, err = await send("--key", KEY, "Disk full", url=url)
    assert (code, shelf.busy_for) == (3, 0)
    assert err.startswith("Too many events are waiting")


async def test_a_server_that_cannot_be_reached_is_exit_code_three() -> None:
    code, _, err = await send("--key", KEY, "Disk full", url="http://127.0.0.1:1")

    assert code == 3
    assert err.startswith("http://127.0.0.1:1 cannot be reached: ")
    assert err.count("\n") == 1


async def test_an_address_without_events_api_is_told(url: str) -> None:
    listener = await asyncio.start_server(_page, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    code, _, err = await send("--key", KEY, "Disk full", url=f"http://127.0.0.1:{port}")
    listener.close()

    assert code == 1
    assert err == f"http://127.0.0.1:{port}/v2/enqueue answered 200: no Events API is there.\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--action", "resolve"], "resolve needs one"),
        ([" "], "a trigger needs one"),
        (["Disk full", "--details", "free"], "'free' is not KEY=VALUE"),
        (["Disk full", "--details", "-"], "no JSON"),
        (["Disk full", "--severity", "loud"], "'loud' is not one of"),
        (["Disk full", "--url", "here"], "Invalid value for '--url'"),
    ],
)
async def test_a_wrong_argument_is_exit_code_two(arguments: list[str], told: str) -> None:
    code, out, err = await send("--key", KEY, *arguments, url="http://127.0.0.1:1")

    assert (code, out) == (2, "")
    assert told in err


async def _page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi")
    writer.close()
