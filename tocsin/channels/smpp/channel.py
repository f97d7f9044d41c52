"""SMS by SMPP: one connection to an SMSC is kept, for messages, receipts and answers."""

import asyncio
import itertools
from collections.abc import Mapping
from typing import ClassVar, Final, Self

import httpx

from tocsin.channels.dialling import dialled, international
from tocsin.channels.smpp.faults import OURS, PATIENCE, PERMANENT, THROTTLED, status_of
from tocsin.channels.smpp.session import Refused, Session, Smsc
from tocsin.channels.smpp.settings import SETTINGS, smsc_of
from tocsin.channels.texts.answers import heard_text, told
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import SMS
from tocsin.domain.reaching.hearing import Heard, Receipt, ReceiptState, Tell
from tocsin.domain.reaching.message import Message
from tocsin.kit.http import ForbiddenAddress, Outbound
from tocsin.kit.smpp import LATER, OK, SUBMIT, Delivered, Malformed, Packet, Party
from tocsin.kit.smpp import delivered as read_delivered
from tocsin.kit.smpp import submit as submission
from tocsin.kit.sms import alphabet_of, parts, shortened
from tocsin.kit.text import one_line, printable

TIMEOUT: Final = 15.0  # seconds for everything
MOST_PARTS: Final = 3
VALID_SECONDS: Final = 120  # what waits longer has been carried in another way
MOST_TOLD: Final = 200

_STATES: Final[Mapping[str, ReceiptState]] = {
    "ENROUTE": "sent",
    "ACCEPTD": "sent",
    "DELIVRD": "delivered",
    "EXPIRED": "failed",
    "DELETED": "failed",
    "UNDELIV": "failed",
    "REJECTD": "failed",
}
# In which base messages are named when they are taken, and in their receipts.
_BASES: Final[Mapping[str, tuple[int, int]]] = {"decimal": (16, 10), "hex": (10, 16)}


class Smpp:
    """Speaks with one SMSC. ``ids`` says how receipts write the names of messages."""

    declaration: ClassVar[Declaration] = Declaration(
        name="smpp",
        label="SMPP",
        kind=SMS,
        settings=SETTINGS,
        answers=True,
        receipt_within=VALID_SECONDS,
        tested="an SMSC of our own, whose packets are those of aiosmpplib",
    )

    def __init__(
        self, outbound: Outbound, smsc: Smsc, *, sender: str, ids: str, has_receipts: bool
    ) -> None:
        self._outbound = outbound
        self._smsc = smsc
        self._sender = Party.of(sender)
        self._bases = _BASES.get(ids, (0, 0))
        self._has_receipts = has_receipts
        self._session: Session | None = None
        self._binding = asyncio.Lock()
        self._hears = False
        self._references = itertools.count(1)

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        return cls(
            tools.outbound,
            smsc_of(settings),
            sender=settings["sender"],
            ids=settings.get("ids", ""),
            has_receipts=settings.get("receipts") != "none",
        )

    async def send(self, message: Message, address: str) -> Delivery:
        """Submit once. Where no receipts are to be had, what was taken counts as delivered."""
        return await self._send(message.text, dialled(address).number)

    async def listen(self, tell: Tell) -> None:
        """Stay bound, and hear what is delivered to us."""
        self._hears = True
        try:
            session = await self._bound()
            async with asyncio.TaskGroup() as hearing:
                while packet := await session.deliveries.get():
                    hearing.create_task(self._take(session, packet, tell))
            raise ConnectionResetError("The connection to the SMSC is over.")
        finally:
            self._hears = False
            await self.close()

    async def close(self) -> None:
        """Hang up; whoever sends binds again."""
        session, self._session = self._session, None
        if session:
            await session.close()

    async def _send(self, text: str, number: str) -> Delivery:
        try:
            async with asyncio.timeout(TIMEOUT):
                id_ = await self._submit(shortened(printable(text), MOST_PARTS), number)
        except Refused as refused:
            return _judged(refused)
        except TimeoutError:
            return Delivery(ok=False, detail=f"No answer within {TIMEOUT:g} seconds.", retry=True)
        except ForbiddenAddress as error:
            return Delivery(ok=False, detail=one_line(str(error), MOST_TOLD), is_our_fault=True)
        except (OSError, httpx.RequestError) as error:
            detail = one_line(str(error), MOST_TOLD) or type(error).__name__
            return Delivery(ok=False, detail=detail, retry=True)
        return Delivery(
            ok=True,
            detail="The SMSC took it.",
            provider_id=_written(id_, self._bases[0]),
            is_received=not self._has_receipts,
        )

    async def _submit(self, text: str, number: str) -> str:
        """Submit all parts, and return the name of the first: its receipt is that of all."""
        session = await self._bound()
        pieces, reference = parts(text), next(self._references)
        alphabet = alphabet_of(text)
        name = ""
        for at, piece in enumerate(pieces, start=1):
            body = submission(
                self._sender,
                Party.of(number),
                piece,
                alphabet=alphabet,
                part=(reference, len(pieces), at) if len(pieces) > 1 else None,
                valid_seconds=VALID_SECONDS,
                wants_receipt=self._has_receipts and at == 1,
            )
            response = await session.ask(SUBMIT, body)
            if response.status != OK:
                raise Refused(response.status)
            name = name or response.name
        return name

    async def _bound(self) -> Session:
        """Return the connection, a new one if there is none that will do."""
        async with self._binding:
            session = self._session
            if session is None or session.is_over or (self._hears and not session.hears):
                await self.close()
                session = await Session.open(self._outbound, self._smsc, hears=self._hears)
                self._session = session
            return session

    async def _take(self, session: Session, packet: Packet, tell: Tell) -> None:
        """Hear one thing; the SMSC repeats what we could not take."""
        try:
            message = read_delivered(packet)
        except Malformed:
            session.respond(packet)
            return
        try:
            upshots = await tell(self._heard(message))
        except BaseException:
            session.respond(packet, LATER)
            raise
        session.respond(packet)
        text = told(upshots)
        if text:
            await self._send(text, message.sender)

    def _heard(self, message: Delivered) -> Heard:
        if not message.is_receipt:
            is_read = message.is_first_part and message.sender
            return heard_text(message.text, international(message.sender)) if is_read else Heard()
        if not message.id or message.state not in _STATES:
            return Heard()
        state = _STATES[message.state]
        because = f", error {message.error}" if state == "failed" and message.error else ""
        receipt = Receipt(
            provider_id=_written(message.id, self._bases[1]),
            state=state,
            detail=one_line(f"SMSC: {message.state}{because}", MOST_TOLD),
            retry=state == "failed",
        )
        return Heard(receipts=(receipt,))


def _judged(refused: Refused) -> Delivery:
    status = refused.status
    return Delivery(
        ok=False,
        detail=status_of(status),
        is_our_fault=status in OURS,
        retry=status not in OURS | PERMANENT,
        wait_seconds=PATIENCE if status in THROTTLED else 0,
    )


def _written(id_: str, base: int) -> str:
    """Return a name as it is compared: many an SMSC writes the same number in two ways."""
    try:
        return str(int(id_, base)) if base else id_
    except ValueError:
        return id_
