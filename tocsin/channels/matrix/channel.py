"""Matrix: an account on a homeserver that writes to people and rooms, and hears reactions."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, ClassVar, Final, Self

from tocsin.channels.asking import Undelivered
from tocsin.channels.checking import checked
from tocsin.channels.matrix.api import Account, delivered
from tocsin.channels.matrix.events import (
    COMMAND,
    FILTER,
    MARK,
    NOTHING_YET,
    SHOWN,
    Event,
    events_in,
    heard_in,
)
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import Checked, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import Field, Kind
from tocsin.domain.reaching.hearing import Heard, Tell
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.phrases import phrase
from tocsin.kit.text import shortened

MOST_WORDS: Final = 8000  # an event has 64 KiB for text and HTML together

KIND: Final = Kind(
    name="matrix",
    label="Matrix",
    address=Field(
        name="address",
        label="Person or room",
        kind="text",
        example="@ann:example.com",
        help="a person, or an unencrypted room such as #ops:example.com,",
        pattern=r"[@#!][^\s:/?]{1,200}(:[A-Za-z0-9.:\[\]-]{1,230})?",
    ),
)


class Matrix:
    """Speaks for one account."""

    declaration: ClassVar[Declaration] = Declaration(
        name="matrix",
        label="Matrix",
        kind=KIND,
        settings=(
            Field(
                name="base_url",
                label="Homeserver",
                kind="url",
                example="https://matrix.example.com",
            ),
            Field(
                name="token",
                label="Access token",
                kind="secret",
                example="syt_dG9jc2lu_AbCdEfGhIjKlMnOpQrSt_0aBcDe",
                help="of the account that shall write",
            ),
        ),
        answers=True,
        checks=True,
        tested="Synapse, the homeserver of its makers",
    )

    def __init__(self, account: Account) -> None:
        self._account = account

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        return cls(Account(tools.http, settings["base_url"], settings["token"]))

    async def check(self) -> Checked:
        """Ask who the account is."""
        return await checked("Matrix", "the access token", self._account.introduce())

    async def send(self, message: Message, address: str) -> Delivery:
        """Write to a person or a room, once."""
        try:
            room = await self._account.room_of(address)
            event = await self._account.send(room, message.id, _drawn(message))
        except Undelivered as refused:
            return refused.delivery
        return delivered(event, room)

    async def listen(self, tell: Tell) -> None:
        """Ask for what people say, from now on."""
        told = await self._account.news(NOTHING_YET)
        while True:
            told = await self._account.news(FILTER, str(told["next_batch"]))
            for event in events_in(told):
                if event.sender != await self._account.name():
                    await self._take(event, tell)

    async def _take(self, event: Event, tell: Tell) -> None:
        heard = await self._heard(event)
        if heard == Heard():
            return
        upshots = await tell(heard)
        if upshots:
            await self._say(event, upshots)

    async def _heard(self, event: Event) -> Heard:
        token = await self._token_of(event) if event.about else None
        if not token and not event.text.startswith(COMMAND):
            return Heard()
        is_direct = event.room in (await self._account.directs()).get(event.sender, ())
        return heard_in(event, token=token, address=event.sender if is_direct else event.room)

    async def _token_of(self, event: Event) -> str | None:
        """Return the token of the message that was reacted or replied to, if it is one of ours."""
        try:
            said = await self._account.event(event.room, event.about)
        except Undelivered:
            return None
        content, is_ours = said.get("content"), said.get("sender") == await self._account.name()
        token = content.get(MARK) if is_ours and isinstance(content, dict) else None
        return token if isinstance(token, str) else None

    async def _say(self, event: Event, upshots: Sequence[Upshot]) -> None:
        """Reply what came of it; to a room that is gone, it is no loss."""
        content = {
            "msgtype": "m.notice",
            "body": "\n".join(upshot.sentence for upshot in upshots),
            "m.relates_to": {"m.in_reply_to": {"event_id": event.id}},
        }
        try:
            await self._account.send(event.room, f"upshot-of-{event.id}", content)
        except Undelivered:
            return


def _drawn(message: Message) -> dict[str, Any]:
    """Draw it as text and as HTML. Its token lets a reaction be an answer to it."""
    hint = _hint(message)
    words = shortened(message.body, MOST_WORDS)
    html = f"<strong>{escape(message.title)}</strong><br>{_lines(words)}"
    drawn = {
        "msgtype": "m.text",
        "body": "\n".join(part for part in (message.title, words, hint) if part),
        "format": "org.matrix.custom.html",
        "formatted_body": html + (f"<br><em>{escape(hint)}</em>" if hint else ""),
    }
    return drawn | {MARK: message.token} if message.deeds else drawn


def _hint(message: Message) -> str:
    told = (
        f"{SHOWN[deed]} {phrase(deed, message.language)}" for deed in message.deeds if deed in SHOWN
    )
    return " · ".join(told)


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>")
