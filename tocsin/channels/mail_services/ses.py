"""Amazon SES: tells by a topic of Amazon SNS, and names each mail when it takes it."""

import re
from datetime import datetime
from email.message import EmailMessage
from typing import ClassVar, Final

import httpx
import msgspec

from tocsin.channels.mail_services.teller import Teller, complained, handed_on, returned
from tocsin.channels.mail_services.topic import Topic
from tocsin.domain.reaching.hearing import Callback, Heard, Unheard
from tocsin.kit.foreign_json import NotJsonError, decode
from tocsin.kit.sns_signature import NOTIFICATION

SERVICE: Final = "Amazon SES"
_TAKEN: Final = re.compile(r"Ok (?P<name>[0-9A-Za-z-]{16,100})")


class _Mail(msgspec.Struct, frozen=True, rename="camel"):
    message_id: str


class _Recipient(msgspec.Struct, frozen=True, rename="camel"):
    diagnostic_code: str = ""


class _Bounce(msgspec.Struct, frozen=True, rename="camel"):
    bounce_type: str = ""
    bounce_sub_type: str = ""
    bounced_recipients: tuple[_Recipient, ...] = ()


class _Reject(msgspec.Struct, frozen=True):
    reason: str = ""


class _Event(msgspec.Struct, frozen=True, rename="camel"):
    """An event: configuration sets name its type otherwise than identities do."""

    event_type: str = ""
    notification_type: str = ""
    mail: _Mail | None = None
    bounce: _Bounce = _Bounce()
    reject: _Reject = _Reject()


_EVENT: Final = msgspec.json.Decoder(_Event)


class Ses(Teller):
    """SES puts its own Message-ID in the place of ours, and says which when it takes a mail."""

    takes_bounces: ClassVar[bool] = True

    def __init__(self, http: httpx.AsyncClient, arn: str) -> None:
        self._topic = Topic(http, arn)

    def name_of(self, mail: EmailMessage, message_id: str, answer: str) -> str:
        """Return the name that SES gave it."""
        taken = _TAKEN.fullmatch(answer)
        return taken["name"] if taken else super().name_of(mail, message_id, answer)

    async def prepare(self, callback: Callback, _now: datetime) -> None:
        """Fetch the certificate of SNS."""
        await self._topic.fetch(callback)

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand an event. Whether a subscription is confirmed, ``finish`` sees to."""
        note = self._topic.open(callback, now)
        return _heard(str(note.get("Message"))) if note.get("Type") == NOTIFICATION else Heard()

    async def finish(self, callback: Callback) -> None:
        """Confirm the subscription, if that is what was asked for."""
        await self._topic.confirm(callback)


def _heard(told: str) -> Heard:
    """Read an event; SES also writes that it can write, which is a mere sentence."""
    if not told.startswith("{"):
        return Heard()
    try:
        event = decode(told.encode(), _EVENT)
    except NotJsonError as error:
        raise Unheard(f"{error}.") from None
    kind = event.event_type or event.notification_type
    if kind not in {"Bounce", "Complaint", "Delivery", "Reject"}:
        return Heard()
    if event.mail is None:
        raise Unheard("The event does not say which mail it is about.")
    return _of_mail(event, kind, event.mail.message_id)


def _of_mail(event: _Event, kind: str, name: str) -> Heard:
    match kind:
        case "Delivery":
            return handed_on(name, SERVICE)
        case "Complaint":
            return complained(name)
        case "Reject":
            return returned(name, SERVICE, event.reject.reason, is_lasting=False)
    bounce = event.bounce
    said = next((one.diagnostic_code for one in bounce.bounced_recipients), "")
    why = said or f"{bounce.bounce_type} bounce, {bounce.bounce_sub_type}"
    return returned(name, SERVICE, why, is_lasting=bounce.bounce_type == "Permanent")
