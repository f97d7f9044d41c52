"""Updates of Telegram: what people pressed or wrote to the bot, and what they want by it."""

import re
from typing import Any, Final

import msgspec

from tocsin.channels.chats.sheet import answer_of
from tocsin.channels.chats.text import heard_in_text
from tocsin.domain.reaching.hearing import Heard, Unheard
from tocsin.kit.foreign_json import NotJsonError, decode

WANTED: Final = ("message", "callback_query")
_COMMAND: Final = re.compile(r"/(\w+)(@\w+)?")


class Chat(msgspec.Struct, frozen=True):
    """Where something was written; the id of a private chat is that of the person."""

    id: int
    type: str = ""


class Person(msgspec.Struct, frozen=True):
    """Who did it."""

    id: int
    language_code: str = ""


class Note(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A message of a chat."""

    message_id: int
    chat: Chat
    sender: Person | None = None
    text: str = ""
    entities: list[dict[str, Any]] = []

    @property
    def is_private(self) -> bool:
        """Whether nobody else reads it."""
        return self.chat.type == "private"

    @property
    def is_to_us(self) -> bool:
        """Whether it is said to the bot: in groups, people talk with each other."""
        return self.is_private or self.text.startswith("/")

    @property
    def asks_where(self) -> bool:
        """Whether it is answered with the address of the chat if nothing else is wanted."""
        return self.is_private or self.text.startswith("/start")


class Press(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """A button that was pressed beneath a message."""

    id: str
    sender: Person
    message: Note | None = None
    data: str = ""


class Update(msgspec.Struct, frozen=True):
    """One thing that happened."""

    message: Note | None = None
    callback_query: Press | None = None


_UPDATE: Final = msgspec.json.Decoder(Update)


def read_update(body: bytes) -> Update:
    """Read an update. Raises Unheard."""
    try:
        return decode(body, _UPDATE)
    except NotJsonError as error:
        raise Unheard(f"{error}.") from None


def heard_in(update: Update) -> Heard:
    """Return what is wanted by it. Raises Unheard for buttons that are none of ours."""
    if update.callback_query:
        return _heard_press(update.callback_query)
    if update.message and update.message.sender and update.message.is_to_us:
        return _heard_text(update.message, update.message.sender)
    return Heard()


def _heard_press(press: Press) -> Heard:
    person = str(press.sender.id)
    is_private = press.message is not None and press.message.is_private
    # A group may have got another id since; its message is known by the token alone.
    answer = answer_of(press.data, person=person, place=person if is_private else None)
    return Heard(answers=(answer,))


def _heard_text(note: Note, sender: Person) -> Heard:
    return heard_in_text(_COMMAND.sub(r"\1", note.text, count=1), str(sender.id))
