"""A connection as bytes, right on the event loop. What goes wrong is told in the words of httpx."""

import asyncio
import ssl
from typing import Any, Final, cast

import httpx

MOST_UNREAD: Final = 64 * 1024  # bytes; who sends more must wait until some of them were read


class Wire(asyncio.Protocol):
    """Carries bytes. ``count`` is how many came so far, ``made_at`` is by the clock of the loop.

    ``has_news`` says that something came that nobody has read, or that nothing comes any more.
    """

    def __init__(self) -> None:
        self.made_at = asyncio.get_running_loop().time()
        self.count = 0
        self._unread = bytearray()
        self._is_full = False
        self._has_ended = False
        self._fault: Exception | None = None
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._transport: asyncio.Transport

    @property
    def has_news(self) -> bool:
        """Say whether ``read`` would return at once."""
        return bool(self._unread) or self._has_ended

    async def read(self, seconds: float | None) -> bytes:
        """Return what has come, once something has; nothing at the end."""
        if not self.has_news:
            self._news.clear()
            if not await _comes(self._news, seconds):
                raise httpx.ReadTimeout("Nothing came.")
        if self._fault and not self._unread:
            raise httpx.ReadError(str(self._fault)) from self._fault
        taken = bytes(self._unread)
        self._unread.clear()
        if self._is_full and not self._has_ended:
            self._is_full = False
            self._transport.resume_reading()
        return taken

    async def write(self, data: bytes, seconds: float | None) -> None:
        """Send, as fast as the other side takes it."""
        if self._has_ended:
            raise httpx.WriteError("The connection is closed.") from self._fault
        self._transport.write(data)
        if not (self._room.is_set() or await _comes(self._room, seconds)):
            raise httpx.WriteTimeout("Nothing was taken.")

    def abort(self) -> None:
        """Hang up; what is still on its way is lost."""
        self._transport.abort()

    def get_extra_info(self, name: str) -> Any:
        """Tell what the event loop knows, by the names it has for that."""
        return self._transport.get_extra_info(name)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Keep what comes until it is read."""
        self.count += len(data)
        self._unread += data
        if len(self._unread) > MOST_UNREAD and not self._is_full:
            self._is_full = True
            self._transport.pause_reading()
        self._news.set()

    def eof_received(self) -> None:
        """Note that nothing more comes; the loop then closes the connection."""
        self._has_ended = True
        self._news.set()

    def connection_lost(self, error: Exception | None) -> None:
        """Note the end, and why it came; nobody shall wait any more."""
        self._has_ended = True
        self._fault = error
        self._news.set()
        self._room.set()

    def pause_writing(self) -> None:
        """Let whoever writes wait."""
        self._room.clear()

    def resume_writing(self) -> None:
        """Let them go on."""
        self._room.set()


async def connect(
    address: str, port: int, *, host: str, tls: ssl.SSLContext | None, seconds: float | None
) -> Wire:
    """Connect to an address. Where ``tls`` is given, it must prove to be ``host``."""
    connecting = asyncio.get_running_loop().create_connection(
        Wire, address, port, ssl=tls, server_hostname=host if tls else None
    )
    try:
        async with asyncio.timeout(seconds):
            _, wire = await connecting
    except TimeoutError as error:
        raise httpx.ConnectTimeout("Nobody answers.") from error
    except OSError as error:
        raise httpx.ConnectError(str(error)) from error
    return wire


async def _comes(event: asyncio.Event, seconds: float | None) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await event.wait()
    except TimeoutError:
        return False
