"""One request after the other on one connection, and what comes back: HTTP/1.1."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple, cast

import h11
import httpx

from tocsin.kit.wire import Wire

LONGEST_HEAD: Final = 100 * 1024  # bytes, as this
PIECE: Final = 64 * 1024
SWITCHING: Final = 101  # to another protocol: HTTP ends there
HUNG_UP: Final = "The server disconnected without an answer."


class Place(NamedTuple):
    """Where requests go: a host by the name that it is asked for, whatever its addresses are."""

    scheme: str
    host: str
    port: int


class Connection:
    """A connection to a place, and how HTTP stands on it."""

    def __init__(self, place: Place, wire: Wire) -> None:
        self.place = place
        self.wire = wire
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)

    async def ask(self, request: httpx.Request) -> h11.Response:
        """Send a request, and return the head of its answer."""
        limits = request.extensions.get("timeout", {})
        with _told():
            await self._send(request, limits.get("write"))
            head = await self._next(limits.get("read"))
            while isinstance(head, h11.InformationalResponse) and head.status_code != SWITCHING:
                head = await self._next(limits.get("read"))
        return cast("h11.Response", head)

    async def body(self, seconds: float | None) -> AsyncIterator[bytes]:
        """Return what follows the head."""
        with _told():
            while isinstance(event := await self._next(seconds), h11.Data):
                yield bytes(event.data)

    def renew(self) -> bool:
        """Make it ready for another request; False if something is left of the last one."""
        is_done = self._http.our_state is h11.DONE and self._http.their_state is h11.DONE
        if not is_done or self._http.trailing_data[0] or self.wire.has_news:
            return False
        self._http.start_next_cycle()
        return True

    async def _send(self, request: httpx.Request, seconds: float | None) -> None:
        """Send all of it, or as much as the other side wants: it may answer before the end."""
        head = h11.Request(
            method=request.method, target=request.url.raw_path, headers=request.headers.raw
        )
        sent = self._http.send(head) or b""
        with suppress(httpx.WriteError):
            async for chunk in cast("httpx.AsyncByteStream", request.stream):
                sent += self._http.send(h11.Data(data=chunk)) or b""
                if len(sent) >= PIECE:  # what is short leaves together with its head
                    await self.wire.write(sent, seconds)
                    sent = b""
            await self.wire.write(sent + (self._http.send(h11.EndOfMessage()) or b""), seconds)

    async def _next(self, seconds: float | None) -> object:
        """Return what comes next."""
        while (event := self._http.next_event()) is h11.NEED_DATA:
            data = await self.wire.read(seconds)
            if not data and self._http.their_state is h11.SEND_RESPONSE:
                raise httpx.RemoteProtocolError(HUNG_UP)
            self._http.receive_data(data)
        return event


@contextmanager
def _told() -> Iterator[None]:
    """Tell errors of h11 in the words of httpx."""
    try:
        yield
    except h11.LocalProtocolError as error:
        raise httpx.LocalProtocolError(str(error)) from error
    except h11.RemoteProtocolError as error:
        raise httpx.RemoteProtocolError(str(error)) from error
