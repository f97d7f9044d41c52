"""An SMSC on this machine: its packets are read and made by aiosmpplib, not by us."""

import asyncio
import itertools
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from struct import pack
from typing import Any, Self

from aiosmpplib import (
    TON,
    BindTransceiver,
    BindTransceiverResp,
    BindTransmitter,
    BindTransmitterResp,
    DeliverSm,
    EnquireLink,
    EnquireLinkResp,
    OptionalParam,
    PduHeader,
    PhoneNumber,
    SmppCommand,
    SmppCommandStatus,
    SmppMessage,
    SubmitSm,
    SubmitSmResp,
    Unbind,
)
from msgspec.structs import replace

from tests.standins.tooling import open_tools
from tocsin.channels.smpp.channel import Smpp
from tocsin.kit.http import Outbound

SYSTEM_ID = "oncall"
PASSWORD = "secret08"
NOBODY = "15550999"
_BINDS = {
    SmppCommand.BIND_TRANSCEIVER: (BindTransceiver, BindTransceiverResp),
    SmppCommand.BIND_TRANSMITTER: (BindTransmitter, BindTransmitterResp),
}


class Smsc:
    """``taken`` are the messages that it took; ``statuses`` are responded to the next ones.

    While ``open`` is clear, nothing is responded. ``first_id`` is the name of the first message.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.taken: list[Any] = []
        self.took = asyncio.Event()
        self.asked: list[SmppCommand] = []
        self.responded: asyncio.Queue[int] = asyncio.Queue()
        self.statuses: list[int] = []
        self.first_id = "A1"
        self.open = asyncio.Event()
        self.open.set()
        self.bound = asyncio.Event()
        self.writers: list[asyncio.StreamWriter] = []
        self.port = 0
        self._numbers = itertools.count(1)
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen at a free port."""
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close everything."""
        self.open.set()
        await self.stop()

    async def start(self) -> None:
        """Listen, again at the port where it was before."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=self._tls
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Refuse connections, and break those that are there."""
        if self._server is not None:
            self._server.close()
        self.bound.clear()
        for writer in self.writers:
            writer.close()

    def write(self, data: bytes) -> None:
        """Write to the newest connection."""
        self.writers[-1].write(data)

    def send(self, message: SmppMessage) -> None:
        """Send a request over the newest connection."""
        message.sequence_num = next(self._numbers)
        self.write(message.pdu())

    def deliver(self, text: str, sender: str = "15550100", **more: Any) -> None:
        """Deliver what somebody wrote."""
        source = PhoneNumber(sender, TON.INTERNATIONAL)
        self.send(DeliverSm(short_message=text, source=source, **more))

    def report(self, id_: str, state: str, error: int = 0) -> None:
        """Deliver a receipt."""
        told = {"id": id_, "sub": 1, "dlvrd": 1, "stat": state, "err": error, "text": "Disk"}
        self.deliver(DeliverSm.encode_receipt(told), esm_class=0x04)

    def report_in_fields(self, id_: str, state: int) -> None:
        """Deliver a receipt whose text says nothing."""
        fields = [OptionalParam(0x001E, id_), OptionalParam(0x0427, state)]
        self.deliver("-", esm_class=0x04, optional_params=fields)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while True:
                head = await reader.readexactly(16)
                body = await reader.readexactly(int.from_bytes(head[:4]) - 16)
                await self.open.wait()
                answer = self._answer(SmppMessage.parse_header(head), head + body)
                if not writer.is_closing():
                    writer.write(answer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _answer(self, header: PduHeader, pdu: bytes) -> bytes:
        self.asked.append(header.smpp_command)
        number = header.sequence_num
        if header.smpp_command in _BINDS:
            return self._bind(header, pdu)
        if header.smpp_command == SmppCommand.SUBMIT_SM:
            return self._submit(header, pdu)
        if header.smpp_command == SmppCommand.ENQUIRE_LINK:
            answer: bytes = EnquireLinkResp(number).pdu()
            return answer
        if header.smpp_command & 0x80000000:
            self.responded.put_nowait(header.command_status)
        return b""

    def _bind(self, header: PduHeader, pdu: bytes) -> bytes:
        request, response = _BINDS[header.smpp_command]
        told = request.from_pdu(pdu, header)
        status = SmppCommandStatus.ESME_ROK
        if told.system_id != SYSTEM_ID:
            status = SmppCommandStatus.ESME_RINVSYSID
        elif told.password != PASSWORD:
            status = SmppCommandStatus.ESME_RINVPASWD
        else:
            self.bound.set()
        answer: bytes = response(header.sequence_num, status, "smsc").pdu()
        return answer

    def _submit(self, header: PduHeader, pdu: bytes) -> bytes:
        message = SubmitSm.from_pdu(pdu, header, "gsm0338")
        status = self.statuses.pop(0) if self.statuses else 0
        if message.destination.number == NOBODY:
            status = 0x0B
        if status:
            return pack("!IIII", 16, 0x80000004, status, header.sequence_num)
        name = f"{int(self.first_id, 16) + len(self.taken):X}"
        self.taken.append(message)
        self.took.set()
        answer: bytes = SubmitSmResp(
            sequence_num=header.sequence_num,
            command_status=SmppCommandStatus.ESME_ROK,
            message_id=name,
        ).pdu()
        return answer


@asynccontextmanager
async def open_channels(smsc: Smsc) -> AsyncIterator[Callable[..., Smpp]]:
    """Give what makes channels to an SMSC."""
    made: list[Smpp] = []
    async with open_tools() as tools:

        def make(outbound: Outbound | None = None, **settings: str) -> Smpp:
            given = {"server": f"127.0.0.1:{smsc.port}", "system_id": SYSTEM_ID, "sender": "Oncall"}
            given |= {"password": PASSWORD} | settings
            ours = replace(tools, outbound=outbound or Outbound())
            made.append(Smpp.make(ours, given, ""))
            return made[-1]

        yield make
        for channel in made:
            await channel.close()


ENQUIRE = EnquireLink
GOODBYE = Unbind
