"""A server that talks by lines, as those of mail and files do, and may go over to TLS."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager


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


@contextmanager
def crowded() -> Iterator[int]:
    """Listen at a port where nobody is let in any more, nor told so."""
    with ExitStack() as stack:
        server = stack.enter_context(socket.socket())
        server.bind(("127.0.0.1", 0))
        server.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        yield server.getsockname()[1]
