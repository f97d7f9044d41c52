"""Matrix as Synapse speaks it, the homeserver of its makers: a person is told, and answers."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from tests.conftest import open_folder
from tests.running import free_port
from tests.standins.pages import PAGE, TOKEN
from tests.standins.tooling import open_tools
from tocsin.channels.matrix.channel import Matrix
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.hearing import Heard

pytestmark = pytest.mark.slow

API: Final = "/_matrix/client/v3"
PATIENCE: Final = 60.0  # seconds
ANN: Final = "@ann:localhost"
DUMMY: Final = {"type": "m.login.dummy"}
TEXT: Final = {"msgtype": "m.text"}
SETTINGS: Final = """
server_name: localhost
listeners:
  - {{port: {port}, type: http, bind_addresses: ["127.0.0.1"], resources: [{{names: [client]}}]}}
database: {{name: sqlite3, args: {{database: "{folder}/homeserver.db"}}}}
media_store_path: "{folder}/media"
pid_file: "{folder}/homeserver.pid"
signing_key_path: "{folder}/signing.key"
registration_shared_secret: nothing-is-secret-here
enable_registration: true
enable_registration_without_verification: true
trusted_key_servers: []
report_stats: false
"""


class Homeserver:
    """A server with an account of ours, and Ann."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.AsyncClient(base_url=f"{url}{API}", timeout=PATIENCE)

    async def register(self, name: str) -> str:
        """Make an account; return its token."""
        wanted = {"username": name, "password": f"{name}-has-no-secret", "auth": DUMMY}
        return str((await self.ask("POST", "/register", "", wanted))["access_token"])

    async def ask(self, method: str, path: str, token: str, json: Any = None) -> dict[str, Any]:
        """Ask for something as somebody."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await self.http.request(method, path, headers=headers, json=json)
        answer.raise_for_status()
        return dict(answer.json())


@pytest.fixture(scope="module")
async def homeserver() -> AsyncIterator[Homeserver]:
    with open_folder() as folder:
        server = Homeserver(f"http://127.0.0.1:{(port := free_port())}")
        settings = folder / "homeserver.yaml"
        settings.write_text(SETTINGS.format(port=port, folder=folder))
        process = await _run("--config-path", settings, "--generate-keys")
        assert await process.wait() == 0
        process = await _run("--config-path", settings)
        async with asyncio.timeout(PATIENCE):
            while not await _is_up(server):
                assert process.returncode is None, "Synapse does not start."
                await asyncio.sleep(0.1)
        yield server
        await server.http.aclose()
        process.terminate()
        await process.wait()


async def _run(*arguments: str | Path) -> asyncio.subprocess.Process:
    program = (sys.executable, "-m", "synapse.app.homeserver", *arguments)
    return await asyncio.create_subprocess_exec(*program, stdout=DEVNULL, stderr=DEVNULL)


async def _is_up(server: Homeserver) -> bool:
    with suppress(httpx.TransportError):
        return (await server.http.get("/login")).is_success
    return False


async def test_ann_is_told_and_answers(homeserver: Homeserver) -> None:
    token, ann = [await homeserver.register(name) for name in ("tocsin", "ann")]
    heard: asyncio.Queue[Heard] = asyncio.Queue()

    async def tell(told: Heard) -> Sequence[Upshot]:
        heard.put_nowait(told)
        return [Upshot(ok=True, sentence="Acknowledged: #12 Disk full.") for _ in told.answers]

    async with open_tools() as tools, asyncio.timeout(PATIENCE):
        channel = Matrix.make(tools, {"base_url": homeserver.url, "token": token}, "")
        first, again = await channel.send(PAGE, ANN), await channel.send(PAGE, ANN)
        assert (first.ok, again.provider_id) == (True, first.provider_id)
        room, page = str(first.provider_id).split("/")
        await homeserver.ask("POST", f"/join/{room}", ann, {})
        listening = asyncio.create_task(channel.listen(tell))
        while heard.empty():  # it must have learnt first where now is
            await _say(homeserver, ann, room, "m.room.message", TEXT | {"body": "!ack 1"})
            await asyncio.sleep(0.2)

        about = {"rel_type": "m.annotation", "event_id": page, "key": "👍"}
        await _say(homeserver, ann, room, "m.reaction", {"m.relates_to": about})
        reply = {"m.relates_to": {"m.in_reply_to": {"event_id": page}}}
        await _say(homeserver, ann, room, "m.room.message", TEXT | {"body": "resolve"} | reply)
        await _say(homeserver, ann, room, "m.room.message", TEXT | {"body": "!ack 12"})
        told = [await _answer(heard) for _ in range(3)]
        upshot = await _upshot(homeserver, ann, room)
        listening.cancel()

    assert told == [
        Answer(deed="acknowledge", token=TOKEN, sender=ANN),
        Answer(deed="resolve", token=TOKEN),
        Answer(deed="acknowledge", sender=ANN, number=12),
    ]
    assert upshot == "Acknowledged: #12 Disk full."


async def _say(server: Homeserver, token: str, room: str, kind: str, content: Any) -> None:
    await server.ask("PUT", f"/rooms/{room}/send/{kind}/{uuid4()}", token, content)


async def _answer(heard: asyncio.Queue[Heard]) -> Answer:
    """Wait for the next answer that is about more than whether anybody listens."""
    while True:
        [answer] = (await heard.get()).answers
        if answer.number != 1:
            return answer


async def _upshot(server: Homeserver, token: str, room: str) -> str:
    """Wait for a notice in a room, and return it."""
    while True:
        told = await server.ask("GET", f"/rooms/{room}/messages?dir=b&limit=20", token)
        for event in told["chunk"]:
            if event["content"].get("msgtype") == "m.notice":
                return str(event["content"]["body"])
        await asyncio.sleep(0.1)


async def test_whom_nobody_knows_and_who_was_locked_out_are_told_apart(
    homeserver: Homeserver,
) -> None:
    token = await homeserver.register("another")
    async with open_tools() as tools:
        channel = Matrix.make(tools, {"base_url": homeserver.url, "token": token}, "")
        nobody = await channel.send(PAGE, "@nobody:localhost")
        nowhere = await channel.send(PAGE, "#nowhere:localhost")
        await homeserver.ask("POST", "/logout", token, {})
        locked_out = await channel.send(PAGE, "@another:localhost")

    assert [one.ok for one in (nobody, nowhere, locked_out)] == [False, False, False]
    assert [one.retry for one in (nobody, nowhere, locked_out)] == [False, False, False]
    assert [one.is_our_fault for one in (nobody, nowhere, locked_out)] == [False, False, True]
