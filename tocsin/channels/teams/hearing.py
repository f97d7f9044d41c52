"""Activities of Microsoft Teams: what people press, and what they write to the bot."""

import hmac
import re
from typing import Any, Final
from urllib.parse import quote

import msgspec

from tocsin.channels.chats.sheet import answer_of
from tocsin.channels.chats.text import heard_in_text
from tocsin.domain.reaching.hearing import Heard, Unheard
from tocsin.kit.foreign_json import NotJsonError, decode

PRESSED: Final = "adaptiveCard/action"
_NAMED: Final = re.compile(r"<at>[^<]*</at>")


class Conversation(msgspec.Struct, frozen=True):
    """Where something happens."""

    id: str


class Action(msgspec.Struct, frozen=True):
    """What a button carries."""

    data: dict[str, Any] = {}


class Value(msgspec.Struct, frozen=True):
    """What was pressed."""

    action: Action = Action()


class Activity(msgspec.Struct, frozen=True, rename="camel"):
    """One thing that happened."""

    type: str
    service_url: str
    conversation: Conversation
    channel_id: str = ""
    name: str = ""
    text: str = ""
    locale: str = ""
    value: Any = None

    @property
    def place(self) -> str:
        """The address at which the conversation is posted in."""
        id_ = quote(self.conversation.id, safe=":@")
        return f"{self.service_url.rstrip('/')}/v3/conversations/{id_}"

    @property
    def is_written(self) -> bool:
        """Whether somebody wrote to the bot."""
        return self.type == "message"


_ACTIVITY: Final = msgspec.json.Decoder(Activity)


def read(body: bytes) -> Activity:
    """Read an activity. Raises Unheard."""
    try:
        return decode(body, _ACTIVITY)
    except NotJsonError as error:
        raise Unheard(f"{error}.") from None


def address_of(place: str, key: bytes) -> str:
    """Return a conversation as an address, with a proof that the bot was in it.

    Without one, anybody could name a place of their own, and would be sent the app's token.
    """
    proof = hmac.new(key, f"conversation {place}".encode(), "sha256").hexdigest()[:32]
    return f"{place}#{proof}"


def place_of(address: str, key: bytes) -> str | None:
    """Return the conversation of an address; None if the bot was never in it."""
    place = address.partition("#")[0]
    is_proven = hmac.compare_digest(address_of(place, key).encode(), address.encode())
    return place if is_proven else None


def heard_in(activity: Activity, address: str) -> Heard:
    """Return what is wanted by it. Raises Unheard."""
    if activity.is_written:
        return heard_in_text(_NAMED.sub("", activity.text), address)
    if activity.type != "invoke":
        return Heard()
    if activity.name != PRESSED:
        raise Unheard(f"Of invokes, only {PRESSED} is understood.")
    answer = answer_of(_mark_of(activity), person=address, place=address)
    return Heard(answers=(answer,), token=answer.token)


def _mark_of(activity: Activity) -> str:
    try:
        value = msgspec.convert(activity.value, Value)
    except msgspec.ValidationError:
        raise Unheard("The button carries nothing that can be read.") from None
    return str(value.action.data.get("mark", ""))
