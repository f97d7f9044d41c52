"""Mailgun: signs a time and a token for each event, and hands back what we wrote on the mail."""

import hashlib
import hmac
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, ClassVar, Final

import msgspec

from tocsin.channels.mail_services.teller import MARK, Teller, complained, handed_on, returned
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Unheard
from tocsin.kit.foreign_json import NotJsonError, decode
from tocsin.kit.text import is_digits

SERVICE: Final = "Mailgun"
FRESH: Final = timedelta(minutes=30)


class _Signature(msgspec.Struct, frozen=True):
    timestamp: str | int = ""
    token: str = ""
    signature: str = ""


class _Call(msgspec.Struct, frozen=True, rename="kebab"):
    signature: _Signature = _Signature()
    event_data: Any = None


class _Status(msgspec.Struct, frozen=True):
    code: int | str = ""
    message: str | None = None
    description: str | None = None


class _Event(msgspec.Struct, frozen=True, rename="kebab"):
    event: str
    severity: str | None = None
    reason: str | None = None
    delivery_status: _Status = _Status()
    user_variables: dict[str, Any] | None = None


_CALL: Final = msgspec.json.Decoder(_Call)
_NEVER: Final = "old"  # the reason of what was tried in vain for hours


class Mailgun(Teller):
    """Believes what is signed with the key, lately, and was not told before."""

    takes_bounces: ClassVar[bool] = True

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._done: dict[str, datetime] = {}

    def mark(self, mail: EmailMessage, message_id: str) -> None:
        """Write the id of the message where Mailgun reads variables."""
        mail["X-Mailgun-Variables"] = msgspec.json.encode({MARK: message_id}).decode()

    def name_of(self, _mail: EmailMessage, message_id: str, _answer: str) -> str:
        """Return that id."""
        return message_id

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand an event. Only time and token are signed: no token is taken twice."""
        call = _read(callback)
        given = call.signature
        signed = f"{given.timestamp}{given.token}".encode()
        right = hmac.new(self._key, signed, hashlib.sha256).hexdigest()
        if not self._key or not hmac.compare_digest(given.signature.encode(), right.encode()):
            raise Forged("The signature of Mailgun is missing or wrong.")
        if not _is_fresh(str(given.timestamp), now):
            raise Forged("The signature of Mailgun is too old.")
        if given.token in self._done:
            raise Forged("Mailgun has told this before.")
        try:
            return _heard(msgspec.convert(call.event_data, _Event))
        except msgspec.ValidationError as error:
            raise Unheard(f"This is no event of Mailgun: {error}.") from None

    def done(self, callback: Callback, now: datetime) -> None:
        """Take the token no more. Before now, Mailgun may have to tell it again."""
        self._done = {token: at for token, at in self._done.items() if now - at <= 2 * FRESH}
        self._done[_read(callback).signature.token] = now


def _read(callback: Callback) -> _Call:
    """Read a call; what is none is not signed."""
    try:
        return decode(callback.body, _CALL)
    except NotJsonError:
        return _Call()


def _is_fresh(at: str, now: datetime) -> bool:
    return is_digits(at, 10) and abs(now.timestamp() - int(at)) <= FRESH.total_seconds()


def _heard(event: _Event) -> Heard:
    """Return what became of a mail of ours; of others, and of delays, nothing is to be known."""
    name = (event.user_variables or {}).get(MARK)
    if not isinstance(name, str):
        return Heard()
    match event.event, event.severity:
        case "delivered", _:
            return handed_on(name, SERVICE)
        case "complained", _:
            return complained(name)
        case "rejected", _:
            return returned(name, SERVICE, event.reason or "", is_lasting=False)
        case "failed", "permanent":
            return returned(name, SERVICE, _why(event), is_lasting=event.reason != _NEVER)
    return Heard()


def _why(event: _Event) -> str:
    status = event.delivery_status
    return f"{status.code} {status.message or status.description or event.reason or ''}".strip()
