"""Calls of WhatsApp: who signed them, how far messages came, and what people answered."""

import hmac
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from tocsin.channels.chats.sheet import answer_of
from tocsin.channels.dialling import international
from tocsin.channels.texts.answers import heard_text
from tocsin.channels.whatsapp.faults import may_do_better
from tocsin.domain.reaching.hearing import Callback, Heard, Receipt, ReceiptState, Unheard
from tocsin.kit.foreign_json import NotJsonError, decode
from tocsin.kit.text import is_digits, one_line

SIGNATURE: Final = "x-hub-signature-256"
LATEST: Final = timedelta(hours=1)  # what was written earlier is not what is wanted now
MOST_TOLD: Final = 200
_STATES: Final[dict[str, ReceiptState]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
}


class Fault(msgspec.Struct, frozen=True):
    """Why a message failed."""

    code: int = -1
    title: str = ""


class Status(msgspec.Struct, frozen=True):
    """How far a message has come."""

    id: str
    status: str
    errors: tuple[Fault, ...] = ()


class Text(msgspec.Struct, frozen=True):
    """What was written."""

    body: str = ""


class Press(msgspec.Struct, frozen=True):
    """A button of a template, by what it carries."""

    payload: str = ""


class Choice(msgspec.Struct, frozen=True):
    """A button of a message, by what it carries."""

    id: str = ""


class Chosen(msgspec.Struct, frozen=True):
    """What was pressed beneath a message."""

    button_reply: Choice = Choice()


class Note(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """What a person did."""

    sender: str
    type: str = ""
    timestamp: str = ""
    text: Text = Text()
    button: Press = Press()
    interactive: Chosen = Chosen()


class Number(msgspec.Struct, frozen=True):
    """Which number of the account it is about."""

    phone_number_id: str = ""


class Value(msgspec.Struct, frozen=True):
    """What has changed."""

    metadata: Number = Number()
    statuses: tuple[Status, ...] = ()
    messages: tuple[Note, ...] = ()


class Change(msgspec.Struct, frozen=True):
    """One change."""

    field: str = ""
    value: Any = None


class Entry(msgspec.Struct, frozen=True):
    """Changes of one account."""

    changes: tuple[Change, ...] = ()


class Event(msgspec.Struct, frozen=True):
    """All of a call."""

    entry: tuple[Entry, ...] = ()


_EVENT: Final = msgspec.json.Decoder(Event)


def is_genuine(callback: Callback, secret: str) -> bool:
    """Say whether the body was signed with the secret of the app."""
    digest = hmac.new(secret.encode(), callback.body, "sha256").hexdigest()
    given = callback.headers.get(SIGNATURE, "")
    return hmac.compare_digest(given.encode(), f"sha256={digest}".encode())


def heard_in(callback: Callback, number_id: str, now: datetime) -> Heard:
    """Return what a call is about, as far as it is about one number. Raises Unheard."""
    try:
        values = list(_values(decode(callback.body, _EVENT), number_id))
    except (NotJsonError, msgspec.ValidationError) as error:
        raise Unheard(f"{str(error).rstrip('.')}.") from None
    heard = [_heard_note(note) for value in values for note in value.messages if _is_new(note, now)]
    return Heard(
        receipts=tuple(_receipts(values)),
        answers=tuple(answer for one in heard for answer in one.answers),
    )


def _values(event: Event, number_id: str) -> Iterator[Value]:
    for entry in event.entry:
        for change in entry.changes:
            if change.field == "messages":
                value = msgspec.convert(change.value, Value)
                if value.metadata.phone_number_id == number_id:
                    yield value


def _receipts(values: list[Value]) -> Iterator[Receipt]:
    for value in values:
        for status in value.statuses:
            if status.status in _STATES:
                yield _receipt(status)


def _receipt(status: Status) -> Receipt:
    fault = status.errors[0] if status.errors else Fault()
    because = f": {fault.title} (code {fault.code})" if status.errors else ""
    return Receipt(
        provider_id=status.id,
        state=_STATES[status.status],
        detail=one_line(f"WhatsApp: {status.status}{because}", MOST_TOLD),
        retry=status.status == "failed" and may_do_better(fault.code),
    )


def _is_new(note: Note, now: datetime) -> bool:
    at = note.timestamp
    return is_digits(at, 10) and now.timestamp() - int(at) <= LATEST.total_seconds()


def _heard_note(note: Note) -> Heard:
    """Understand what a person did; what has no words, such as a picture, says nothing."""
    sender = international(note.sender)
    match note.type:
        case "text":
            return heard_text(note.text.body, sender)
        case "button":
            mark = note.button.payload
        case "interactive":
            mark = note.interactive.button_reply.id
        case _:
            return Heard()
    try:
        return Heard(answers=(answer_of(mark, person=sender, place=sender),))
    except Unheard:
        return Heard()
