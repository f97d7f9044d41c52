"""SMS by Plivo: with receipts, and answers by SMS."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final, Self
from xml.etree.ElementTree import Element, SubElement

import httpx

from tocsin.channels.calls.xml import fit, spelled
from tocsin.channels.dialling import dialled, international
from tocsin.channels.plivo.account import Account, create, fields_of, settings_with
from tocsin.channels.texts.answers import heard_text, told
from tocsin.channels.texts.proof import PROOF, counted
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import CalledAt, Checked, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import SMS, Field
from tocsin.domain.reaching.hearing import Callback, Heard, Receipt, ReceiptState, Reply, Unheard
from tocsin.domain.reaching.message import Message
from tocsin.kit.sms import shortened
from tocsin.kit.text import printable

SENDER: Final = Field(
    name="sender",
    label="Sender",
    kind="text",
    example="15550199",
    help="a number with its country code, a name of at most 11 letters (which nobody can answer),"
    " or the UUID of a Powerpack,",
    pattern=r"\+?[0-9]{3,15}|[A-Za-z0-9 ]{1,11}|[0-9a-fA-F-]{36}",
)
STATUS: Final = "status"  # the tail of the address for receipts
INBOUND: Final = "sms"  # and of that for what people write
MOST_PARTS: Final = 3
VALID_SECONDS: Final = 120  # what waits longer has been carried in another way
_LENGTH_OF_UUID: Final = 36

_STATES: Final[Mapping[str, ReceiptState]] = {
    "queued": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "rejected": "failed",
}
# By code, what it means, and whether another try makes sense; what is not here is not for good.
_FAULTS: Final[Mapping[str, tuple[str, bool]]] = {
    "10": ("The carrier finds the message invalid.", False),
    "20": ("The carrier's network has trouble.", True),
    "30": ("The carrier took the message for spam.", False),
    "40": ("The sender is not valid.", True),
    "50": ("The number is not valid.", False),
    "900": ("The account has no credit left.", True),
}
_UNKNOWN: Final = ("It was not delivered.", True)


class PlivoSms:
    """Sends and hears SMS; ``proof`` says which receipt counts as delivered."""

    declaration: ClassVar[Declaration] = Declaration(
        name="plivo_sms",
        label="Plivo SMS",
        kind=SMS,
        settings=settings_with(SENDER, PROOF),
        answers=True,
        checks=True,
        called_at=(
            CalledAt(
                where="Message URL",
                tail=f"/{INBOUND}",
                help="In the application of your number, with POST: lets people answer by SMS."
                " Receipts need nothing.",
            ),
        ),
        receipt_within=VALID_SECONDS,
        tested="a stand-in over HTTP; signatures by Plivo's own library",
    )

    def __init__(self, http: httpx.AsyncClient, account: Account, sender: str, proof: str) -> None:
        self._http = http
        self._account = account
        self._sender = sender
        self._proof = proof

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], callback: str) -> Self:
        """Make it."""
        account = Account.of(settings, callback)
        return cls(tools.http, account, settings[SENDER.name], settings.get(PROOF.name, ""))

    async def check(self) -> Checked:
        """Ask whose account it is."""
        return await self._account.check(self._http)

    async def send(self, message: Message, address: str) -> Delivery:
        """Send once. What Plivo cannot pass on at once must not arrive much later."""
        fields = {
            _field_of(self._sender): self._sender,
            "dst": dialled(address).number.lstrip("+"),
            "text": shortened(printable(message.text), MOST_PARTS),
            "type": "sms",
            "message_expiry": VALID_SECONDS,
            "url": f"{self._account.callback}/{STATUS}",
            "method": "POST",
        }
        return await create(self._http, self._account, "Message", fields)

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand a receipt, or what somebody wrote."""
        fields = self._account.heard(callback)
        tail = callback.tail.strip("/")
        if tail == STATUS:
            receipt = _receipt(fields, self._proof)
            return Heard(receipts=(receipt,) if receipt else ())
        if tail == INBOUND:
            return heard_text(fields.get("Text", ""), international(fields.get("From", "")))
        raise Unheard(f"Plivo is to call /{STATUS} and /{INBOUND}.")

    def reply(
        self,
        callback: Callback,
        heard: Heard,
        upshots: Sequence[Upshot],
        message: Message | None,
    ) -> Reply:
        """Write back what came of an answer, from the number that it was sent to."""
        text = told(upshots)
        if not text:
            return Reply()
        fields = fields_of(callback)
        root = Element("Response")
        ends = {"src": fields.get("To", ""), "dst": fields.get("From", "")}
        SubElement(root, "Message", ends).text = shortened(fit(text), MOST_PARTS)
        return spelled(root)


def _field_of(sender: str) -> str:
    return "powerpack_uuid" if len(sender) == _LENGTH_OF_UUID else "src"


def _receipt(fields: Mapping[str, str], proof: str) -> Receipt | None:
    """Return how far a message has come; a state that is new to us says nothing."""
    name, status = fields.get("MessageUUID", ""), fields.get("Status", "")
    state = _STATES.get(status)
    if not name or state is None:
        return None
    if state != "failed":
        return Receipt(provider_id=name, state=counted(state, proof), detail=f"Plivo: {status}")
    code = fields.get("ErrorCode", "")
    why, retry = _FAULTS.get(code, _UNKNOWN)
    return Receipt(
        provider_id=name, state=state, detail=f"Plivo {code or 'says'}: {why}", retry=retry
    )
