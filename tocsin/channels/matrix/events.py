"""Events of Matrix rooms: reactions and texts, and what people want by them."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from tocsin.channels.answering import read
from tocsin.channels.chats.text import heard_in_text
from tocsin.domain.reaching.answer import Answer, Deed
from tocsin.domain.reaching.hearing import Heard

MARK: Final = "org.tocsin.token"  # where a message of ours carries its token
COMMAND: Final = "!"
REACTION, TEXT = "m.reaction", "m.room.message"

_BY_EMOJI: Final[Mapping[str, Deed]] = {
    "👍": "acknowledge",
    "👀": "acknowledge",
    "👌": "acknowledge",
    "🆗": "acknowledge",
    "✅": "resolve",
    "☑": "resolve",
    "✔": "resolve",
    "⏫": "escalate",
    "🔺": "escalate",
    "🙋": "join",
    "🙅": "decline",
}
SHOWN: Final[Mapping[Deed, str]] = {
    "acknowledge": "👍",
    "resolve": "✅",
    "escalate": "⏫",
    "join": "🙋",
    "decline": "🙅",
}
# How an emoji is drawn: in which colour of skin, and as whom.
_VARIANTS: Final = dict.fromkeys(map(ord, "\ufe0e\ufe0f\u200d♀♂🏻🏼🏽🏾🏿"))


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody said in a room. ``about`` is the event that they reacted or replied to."""

    id: str
    room: str
    sender: str
    text: str = ""
    emoji: str = ""
    about: str = ""


def events_in(told: Mapping[str, Any]) -> Iterator[Event]:
    """Return what a server tells of what was said; what has another shape is left out."""
    for room, said in _mapping(told, "rooms", "join").items():
        for one in _mapping(said, "timeline").get("events") or ():
            event = _event(room, one)
            if event is not None:
                yield event


def deed_of(emoji: str) -> Deed | None:
    """Return what a reaction wants, if it is one of ours."""
    return _BY_EMOJI.get(emoji.translate(_VARIANTS))


def heard_in(event: Event, *, token: str | None, address: str) -> Heard:
    """Return what is wanted by an event; nothing if it was not for us.

    ``token`` is that of the message it is about; ``address`` is where messages to them go.
    """
    if event.emoji:
        deed = deed_of(event.emoji)
        answered = Answer(deed=deed, token=token, sender=address) if deed and token else None
        return Heard(answers=(answered,)) if answered else Heard()
    if event.text.startswith(COMMAND):
        return heard_in_text(event.text.removeprefix(COMMAND), address)
    said = read(event.text) if token else None
    if said is None:
        return Heard()
    return Heard(answers=(Answer(deed=said.deed, token=token, number=said.number),))


def _event(room: str, said: Any) -> Event | None:
    content = _mapping(said, "content")
    relation = _mapping(content, "m.relates_to")
    kind, id_, sender = (said.get(name) if content else None for name in _NAMES)
    if not (isinstance(id_, str) and isinstance(sender, str)):
        return None
    if kind == REACTION and relation.get("rel_type") == "m.annotation":
        return Event(
            id=id_,
            room=room,
            sender=sender,
            emoji=str(relation.get("key", "")),
            about=str(relation.get("event_id", "")),
        )
    if kind != TEXT or content.get("msgtype") != "m.text" or "rel_type" in relation:
        return None
    about = _mapping(relation, "m.in_reply_to").get("event_id", "")
    return Event(
        id=id_, room=room, sender=sender, text=_unquoted(content.get("body")), about=str(about)
    )


_NAMES: Final = ("type", "event_id", "sender")


def _filter(most: int) -> str:
    """Ask for so many of the newest texts and reactions of each room, and for nothing else."""
    nothing: dict[str, Any] = {"types": []}
    timeline = {"limit": most, "types": [TEXT, REACTION]}
    room = {"account_data": nothing, "ephemeral": nothing, "state": nothing, "timeline": timeline}
    asked = {"account_data": nothing, "presence": nothing, "room": room}
    return msgspec.json.encode(asked).decode()


FILTER: Final = _filter(50)
NOTHING_YET: Final = _filter(1)


def _unquoted(body: object) -> str:
    """Return what was written, without the message that older apps quote above it."""
    lines = str(body or "").splitlines()
    return "\n".join(line for line in lines if not line.startswith(">")).strip()


def _mapping(value: Any, *path: str) -> Mapping[str, Any]:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}
