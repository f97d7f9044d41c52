"""A connection to an SMSC: requests and their responses, and what is delivered to us meanwhile."""

import asyncio
import itertools
from typing import Final, Self

import msgspec

from tocsin.kit.http import Outbound, trusting
from tocsin.kit.smpp import (
    BIND_TRANSCEIVER,
    BIND_TRANSMITTER,
    DELIVER,
    ENQUIRE,
    LATER,
    OK,
    REJECTION,
    RESPONSE,
    UNBIND,
    UNKNOWN_COMMAND,
    Malformed,
    Packet,
    bind,
    read_packet,
)

QUIET: Final = 30.0  # seconds after which we ask whether somebody is there, as for a response
GOODBYE: Final = 1.0

_RESPONDED: Final = {ENQUIRE, UNBIND}


class Smsc(msgspec.Struct, frozen=True, kw_only=True):
    """Where the SMSC is, and as whom it knows us."""

    host: str
    port: int
    is_encrypted: bool
    system_id: str
    password: str
    system_type: str = ""


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The SMSC refuses a request, with a status."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Status {status:#x}")
        self.status = status


class Session:
    """A bound connection. ``deliveries`` end with None when it is over.

    Who does not ``hear`` is delivered nothing; such a session closes when it has nothing to do.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, hears: bool
    ) -> None:
        self.hears = hears
        self.deliveries: asyncio.Queue[Packet | None] = asyncio.Queue()
        self._reader = reader
        self._writer = writer
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Packet]] = {}
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, outbound: Outbound, smsc: Smsc, *, hears: bool) -> Self:
        """Connect and bind. Raises Refused and what breaks connections."""
        reader, writer = await _connect(outbound, smsc)
        session = cls(reader, writer, hears=hears)
        try:
            await session._bind(smsc)
        except BaseException:
            await session.close()
            raise
        return session

    @property
    def is_over(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._reading.done()

    async def ask(self, command: int, body: bytes = b"") -> Packet:
        """Send a request and wait for its response. Raises ConnectionError."""
        if self.is_over:
            raise ConnectionResetError("The connection to the SMSC is over.")
        number = next(self._numbers)
        waiting: asyncio.Future[Packet] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        try:
            self._write(Packet(command, OK, number, body))
            return await waiting
        finally:
            del self._waiting[number]

    def respond(self, packet: Packet, status: int = OK) -> None:
        """Respond to what was delivered."""
        self._write(Packet(packet.command | RESPONSE, status, packet.number, b"\0"))

    async def close(self) -> None:
        """Say goodbye, and hang up."""
        if not self.is_over:
            self._write(Packet(UNBIND, OK, next(self._numbers)))
            self._reading.cancel()
        await asyncio.wait([self._reading], timeout=GOODBYE)

    async def _bind(self, smsc: Smsc) -> None:
        command = BIND_TRANSCEIVER if self.hears else BIND_TRANSMITTER
        body = bind(smsc.system_id, smsc.password, smsc.system_type)
        response = await self.ask(command, body)
        if response.status != OK:
            raise Refused(response.status)

    async def _read(self) -> None:
        try:
            while packet := await self._next():
                self._take(packet)
        except (OSError, EOFError, Malformed):
            pass  # whoever waits is told below
        finally:
            self._writer.close()
            self.deliveries.put_nowait(None)
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(ConnectionResetError("The SMSC closed the connection."))

    async def _next(self) -> Packet | None:
        """Wait for a packet; None if nobody is there any more, or nobody needs it."""
        for _ in range(2):
            try:
                async with asyncio.timeout(QUIET):
                    return await read_packet(self._reader)
            except TimeoutError:
                if not self.hears and not self._waiting:
                    return None
                self._write(Packet(ENQUIRE, OK, next(self._numbers)))
        return None

    def _take(self, packet: Packet) -> None:
        if packet.is_response:
            waiting = self._waiting.get(packet.number)
            if waiting and not waiting.done():
                waiting.set_result(packet)
        elif packet.command == DELIVER:
            if self.hears:
                self.deliveries.put_nowait(packet)
            else:
                self.respond(packet, LATER)
        elif packet.command in _RESPONDED:
            self._write(Packet(packet.command | RESPONSE, OK, packet.number))
            if packet.command == UNBIND:
                raise ConnectionResetError("The SMSC ends the session.")
        else:
            self._write(Packet(REJECTION, UNKNOWN_COMMAND, packet.number))

    def _write(self, packet: Packet) -> None:
        """Write it unless the connection is over, which whoever waits is told."""
        if not self._writer.is_closing():
            self._writer.write(packet.encoded())


async def _connect(
    outbound: Outbound, smsc: Smsc
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await outbound.connect(smsc.host, smsc.port)
    if smsc.is_encrypted:
        try:
            await writer.start_tls(trusting(), server_hostname=smsc.host)
        except BaseException:
            writer.close()
            raise
    return reader, writer
