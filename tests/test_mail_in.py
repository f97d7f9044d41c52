"""The postbox of the whole product: it listens where the settings say, and nowhere else."""

import asyncio
from pathlib import Path

from tests.running import free_port, serving
from tocsin.store.database import Database


async def test_mail_is_taken_where_the_settings_say(database: Database, folder: Path) -> None:
    port = free_port()
    given = {"mail_in": f"127.0.0.1:{port}", "mail_domain": "in.example.com"}

    async with serving(folder, database_url=database.url, **given) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        assert await reader.readline() == b"220 in.example.com Tocsin\r\n"
        writer.write(b"QUIT\r\n")
        assert (await reader.readline()).startswith(b"221")
        assert await server.stop() == 0
    writer.close()
