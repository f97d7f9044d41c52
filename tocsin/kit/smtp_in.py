"""Taking mail: a small SMTP server that takes little, from few at a time, for known addresses."""

import asyncio
import socket
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog
from aiosmtpd.smtp import SMTP

LARGEST: Final = 2 * 1024 * 1024  # bytes of a mail; a reply may bring a picture along
MOST_CONNECTIONS: Final = 20
MOST_RECIPIENTS: Final = 5
MOST_COMMANDS: Final = 50  # of each kind in one conversation
TIMEOUT: Final = 60.0  # seconds of silence
LONGEST_TALK: Final = 300.0  # seconds, however busily somebody whispers
READ_WITHIN: Final = 30.0  # seconds for what is done with a mail

TAKEN: Final = "250 2.0.0 Taken"
UNKNOWN: Final = "550 5.1.1 Nobody has this address here"
TOO_MANY: Final = "452 4.5.3 Too many recipients"
LATER: Final = "451 4.3.0 Try again later"
BUSY: Final = b"421 4.3.2 Too many connections, try again later\r\n"

Wanted = Callable[[str], bool]
Take = Callable[[str, bytes], Awaitable[bool]]  # whether it could be taken now

log = structlog.get_logger(__name__)


class MailReceiver:
    """Takes mail for addresses that are ``wanted``, and hands each to ``take``, once for each."""

    def __init__(self, hostname: str, wanted: Wanted, take: Take) -> None:
        self._hostname = hostname
        self._wanted = wanted
        self._take = take
        self._open: weakref.WeakSet[Any] = weakref.WeakSet()

    @asynccontextmanager
    async def listening(self, sockets: Iterable[socket.socket]) -> AsyncIterator[None]:
        """Take mail while the block runs; then whoever is still talking is cut off."""
        loop = asyncio.get_running_loop()
        servers = [await loop.create_server(self._converse, sock=one) for one in sockets]
        try:
            yield
        finally:
            for server in servers:
                server.close()
            for one in self._open:
                _cut_off(one)

    def _converse(self) -> asyncio.BaseProtocol:
        talking = sum(1 for one in self._open if one.transport is not None)
        if talking >= MOST_CONNECTIONS:
            return _Busy()
        conversation = SMTP(
            self,
            hostname=self._hostname,
            ident="Tocsin",
            data_size_limit=LARGEST,
            enable_SMTPUTF8=True,
            timeout=TIMEOUT,
            command_call_limit=MOST_COMMANDS,
        )
        self._open.add(conversation)
        asyncio.get_running_loop().call_later(LONGEST_TALK, _cut_off, conversation)
        protocol: asyncio.BaseProtocol = conversation
        return protocol

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Judge an address."""
        if not self._wanted(address):
            return UNKNOWN
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return TOO_MANY
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Hand a mail on."""
        async with asyncio.timeout(READ_WITHIN):
            taken = [await self._take(one, envelope.content) for one in envelope.rcpt_tos]
        return TAKEN if all(taken) else LATER

    async def handle_exception(self, error: Exception) -> str:
        """Let whoever sends try again after what nobody foresaw."""
        log.error("mail.stumbled", exc_info=error)
        return LATER


def _cut_off(conversation: Any) -> None:
    if conversation.transport is not None:
        conversation.transport.abort()


class _Busy(asyncio.Protocol):
    """Sends away whoever is one too many."""

    def connection_made(self, transport: Any) -> None:
        """Say so, and hang up."""
        transport.write(BUSY)
        transport.close()
