"""A server that talks by lines, as those of mail and files do, and may go over to TLS."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def talking(*turns: tuple[str, str], tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Run a server; each turn is what it waits for, and what it answers. ``tls`` comes last."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for heard, said in turns:
            if heard and heard.encode("latin-1") not in await reader.read(1000):
                break
            writer.write(said.encode("latin-1") + (b"" if said == "S" else b"\r\n"))
        else:
            if tls:
                try:
                    await writer.start_tls(tls)
                except (OSError, EOFError):
                    return
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
