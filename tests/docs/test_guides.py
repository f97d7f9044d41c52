"""The guides are followed step by step, against a real server, with a real shell."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import another_database, open_folder
from tests.docs import guide
from tests.docs.plays import PLAYS
from tests.docs.reader import Reader
from tests.docs.shell import Shell, open_shell
from tests.journeys.by_http import http_hands
from tests.running import Server, free_port, serving
from tocsin.store.postgres import Postgres

pytestmark = pytest.mark.slow

TOKEN: Final = "y_NbAkKc66ryYTWUXYEu"
EMAIL: Final = "owner@example.com"
PASSWORD: Final = "correct horse battery staple"
PATIENCE: Final = 20.0  # seconds until what monitors found has become an incident


@pytest.fixture(scope="session")
async def server(postgres: Postgres) -> AsyncIterator[Server]:
    """Run one server for all guides."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(open_folder())
        database = await stack.enter_async_context(another_database(postgres, "guides"))
        given = {"api_token": TOKEN, "admin_email": EMAIL, "admin_password": PASSWORD}
        opening = serving(folder, database_url=database.url, **given)
        yield await stack.enter_async_context(opening)


@pytest.fixture
async def reader(server: Server, tmp_path: Path) -> AsyncIterator[Reader]:
    """Let somebody sign in who has a shell, too."""
    async with http_hands() as hands, open_shell(tmp_path) as shell:
        own = {"TOCSIN": server.url, "TOKEN": TOKEN, "EMAIL": EMAIL, "PORT": str(free_port())}
        await hands.open(f"{server.url}/login")
        await hands.fill("E-mail", EMAIL)
        await hands.fill("Password", PASSWORD)
        await hands.press("Sign in")
        yield Reader(hands=hands, shell=shell, url=server.url, own=own)


@pytest.mark.parametrize("name", PLAYS)
async def test_the_steps_of_a_guide_do_what_it_says(name: str, reader: Reader) -> None:
    plays = dict(PLAYS[name])
    commands = printed = ""
    for part in guide.read(name):
        if part.kind == "heading":
            commands = ""
            await plays.pop(part.body, _nothing)(reader)
        elif part.kind == "press":
            await reader.measure()
        elif part.kind == "sh":
            commands = guide.with_own(part.body, reader.own)
            printed = await reader.shell.run(commands)
        elif commands:
            printed = await _until(reader.shell, commands, printed, part.body)
            assert guide.fits(printed, part.body), f"{commands} printed {printed}"

    assert not plays, f"{name} has lost its headings {list(plays)}."


async def _until(shell: Shell, commands: str, printed: str, said: str) -> str:
    """Look again for a while where commands only look; return what they print at last."""
    until = asyncio.get_running_loop().time() + PATIENCE
    while not guide.fits(printed, said) and _only_look(commands):
        if asyncio.get_running_loop().time() > until:
            break
        await asyncio.sleep(0.2)
        printed = await shell.run(commands)
    return printed


async def _nothing(_: Reader) -> None:
    pass


def _only_look(commands: str) -> bool:
    return commands.strip() == "last_incident"
