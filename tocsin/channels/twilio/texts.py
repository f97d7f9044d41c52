"""Messages that Twilio carries, by SMS and by WhatsApp: receipts, and what people answer."""

from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement

from tocsin.channels.calls.xml import fit, spelled
from tocsin.channels.texts.answers import told
from tocsin.channels.texts.proof import counted
from tocsin.channels.twilio.faults import explained
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.hearing import Heard, Receipt, ReceiptState, Reply
from tocsin.kit.sms import shortened

STATUS: Final = "status"  # the tail of the address for receipts
INBOUND: Final = "sms"  # and of that for what people write
ELSEWHERE: Final = f"Twilio is to call /{STATUS} and /{INBOUND}."
MOST_PARTS: Final = 3  # of an SMS
VALID_SECONDS: Final = 120  # what waits longer has been carried in another way

_STATES: Final[Mapping[str, ReceiptState]] = {
    "accepted": "accepted",
    "scheduled": "accepted",
    "queued": "accepted",
    "sending": "accepted",
    "sent": "sent",
    "partially_delivered": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}


def heard_status(fields: Mapping[str, str], proof: str) -> Heard:
    """Return how far a message has come; a state that is new to us says nothing."""
    status = fields.get("MessageStatus") or fields.get("SmsStatus", "")
    sid = fields.get("MessageSid") or fields.get("SmsSid", "")
    state = _STATES.get(status)
    if not sid or state is None:
        return Heard()
    return Heard(receipts=(_receipt(sid, status, state, fields, proof),))


def answered(upshots: Sequence[Upshot]) -> Reply:
    """Return what is written back. Twilio takes an empty answer only if it says so."""
    text = told(upshots)
    if not text:
        return Reply()
    root = Element("Response")
    SubElement(root, "Message").text = shortened(fit(text), MOST_PARTS)
    return spelled(root)


def _receipt(
    sid: str, status: str, state: ReceiptState, fields: Mapping[str, str], proof: str
) -> Receipt:
    if state == "failed":
        detail, retry = explained(fields.get("ErrorCode", ""))
        return Receipt(provider_id=sid, state=state, detail=detail, retry=retry)
    return Receipt(provider_id=sid, state=counted(state, proof), detail=f"Twilio: {status}")
