"""Postmark: signs nothing, so it brings a key, and hands back what we wrote on the mail."""

import base64
import binascii
import hmac
from datetime import datetime
from email.message import EmailMessage
from typing import Any, ClassVar, Final

import msgspec

from tocsin.channels.mail_services.teller import MARK, Teller, complained, handed_on, returned
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Unheard
from tocsin.kit.foreign_json import NotJsonError, decode

SERVICE: Final = "Postmark"
KEY_HEADER: Final = "X-Tocsin-Key"
_LASTING: Final = frozenset({"BadEmailAddress", "HardBounce", "ManuallyDeactivated"})
# What Postmark calls bounces, too: answers of machines, wishes of people, and delays.
_ARRIVED: Final = frozenset(
    {"AddressChange", "AutoResponder", "OpenRelayTest", "Subscribe", "Transient", "Unsubscribe"}
)


class _Record(msgspec.Struct, frozen=True, rename="pascal"):
    record_type: str
    type: str | None = None
    description: str | None = None
    details: str | None = None
    inactive: bool | None = None
    metadata: dict[str, Any] | None = None


_RECORD: Final = msgspec.json.Decoder(_Record)


class Postmark(Teller):
    """Believes who brings the key: as the password of basic authentication, or in a header."""

    takes_bounces: ClassVar[bool] = True

    def __init__(self, key: str) -> None:
        self._key = key

    def mark(self, mail: EmailMessage, message_id: str) -> None:
        """Write the id of the message where Postmark reads metadata."""
        mail[f"X-PM-Metadata-{MARK}"] = message_id

    def name_of(self, _mail: EmailMessage, message_id: str, _answer: str) -> str:
        """Return that id: Postmark puts its own Message-ID in the place of ours."""
        return message_id

    def hear(self, callback: Callback, _now: datetime) -> Heard:
        """Understand a record."""
        given = callback.headers.get(KEY_HEADER.lower()) or _password(callback)
        if not self._key or not hmac.compare_digest(given.encode(), self._key.encode()):
            raise Forged("The key that Postmark should bring is missing or wrong.")
        try:
            return _heard(decode(callback.body, _RECORD))
        except NotJsonError as error:
            raise Unheard(f"{error}.") from None


def _password(callback: Callback) -> str:
    scheme, _, given = callback.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _heard(record: _Record) -> Heard:
    """Return what became of a mail of ours; nothing is to be known of others."""
    name = (record.metadata or {}).get(MARK)
    if not isinstance(name, str):
        return Heard()
    match record.record_type:
        case "Delivery":
            return handed_on(name, SERVICE)
        case "SpamComplaint":
            return complained(name)
        case "Bounce" if record.type not in _ARRIVED:
            is_lasting = bool(record.inactive) or record.type in _LASTING
            why = f"{record.type}: {record.details or record.description or ''}".rstrip(": ")
            return returned(name, SERVICE, why, is_lasting=is_lasting)
    return Heard()
