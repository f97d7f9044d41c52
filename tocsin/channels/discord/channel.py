"""Discord: a bot that writes to people and channels, and hears their buttons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Self

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tocsin.channels.asking import Undelivered
from tocsin.channels.chats.markdown import plain
from tocsin.channels.chats.sheet import Sheet, is_final, sheet_of, sheet_of_post
from tocsin.channels.checking import checked
from tocsin.channels.discord.api import DiscordApi, Gone
from tocsin.channels.discord.hearing import PING, check, heard_in, read
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import CalledAt, Checked, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import Field, Kind
from tocsin.domain.reaching.hearing import Callback, Heard, Reply
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.room import Post
from tocsin.kit.text import shortened

MOST_LINES: Final = 1000
MOST_TEXT: Final = 1700  # of the 2000 characters that Discord takes; an upshot may follow

# Kinds of components and of answers, as Discord numbers them.
_ROW: Final = 1
_BUTTON: Final = 2
_PRIMARY: Final = 1
_SECONDARY: Final = 2
_PONG: Final = 1
_NEW_MESSAGE: Final = 4
_UPDATE: Final = 7
_FOR_ONE: Final = 64  # a flag: nobody else sees it

ADDRESS: Final = Field(
    name="address",
    label="Discord id",
    kind="text",
    example="80351110224678912",
    help="the id of a person, or # and the id of a channel (Copy ID, in developer mode),",
    pattern=r"#?[0-9]{15,21}",
)
ROOM: Final = Field(
    name="address",
    label="Channel id",
    kind="text",
    example="#197038439483310086",
    help="# and the id of a channel (Copy ID, in developer mode),",
    pattern=r"#[0-9]{15,21}",
)
SETTINGS: Final = (
    Field(
        name="token",
        label="Bot token",
        kind="secret",
        example="MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
    ),
    Field(
        name="public_key",
        label="Public key of the application",
        kind="text",
        example="8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c",
        help="64 hexadecimal digits",
        pattern=r"[0-9a-fA-F]{64}",
    ),
    Field(name="base_url", label="API", kind="url", example="https://discord.com/api/v10"),
)


class Discord:
    """Speaks for one bot."""

    declaration: ClassVar[Declaration] = Declaration(
        name="discord",
        label="Discord",
        kind=Kind(name="discord", label="Discord", address=ADDRESS),
        settings=SETTINGS,
        answers=True,
        checks=True,
        called_at=(
            CalledAt(
                where="Interactions Endpoint URL",
                help="In the application's General Information. Without it, nobody can answer.",
            ),
        ),
        room=ROOM,
        tested="a server that behaves as Discord's API documentation says",
    )

    def __init__(self, api: DiscordApi, key: Ed25519PublicKey) -> None:
        self._api = api
        self._key = key

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(settings["public_key"]))
        return cls(DiscordApi(tools.http, settings["base_url"], settings["token"]), key)

    async def check(self) -> Checked:
        """Ask who the bot is."""
        return await checked("Discord", "the token", self._api.introduce())

    async def send(self, message: Message, address: str) -> Delivery:
        """Write to a person or a channel, once."""
        nonce = {"nonce": message.id, "enforce_nonce": True}  # a second one is not shown
        return await self._deliver({**_drawn(sheet_of(message)), **nonce}, address)

    async def post_room(self, post: Post, address: str) -> Delivery:
        """Post in a channel."""
        return await self._deliver(_drawn(sheet_of_post(post)), address)

    async def change_room(self, post: Post, address: str, reference: str) -> Delivery:
        """Change a post, and reply to it with what has just happened."""
        channel, _, message = reference.partition(":")
        try:
            await self._api.change(channel, message, _drawn(sheet_of_post(post)))
            if post.remark:
                below = {"message_reference": {"message_id": message, "fail_if_not_exists": False}}
                await self._api.post(channel, {**_quiet(plain(post.remark)), **below})
        except Gone:
            return await self.post_room(post, address)
        except Undelivered as refused:
            return refused.delivery
        return Delivery(ok=True, detail="Changed", provider_id=reference)

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand what Discord tells."""
        check(callback, self._key, now)
        return heard_in(read(callback.body))

    def reply(
        self,
        callback: Callback,
        heard: Heard,
        upshots: Sequence[Upshot],
        _message: Message | None,
    ) -> Reply:
        """Show what came of it, in the place of the buttons."""
        interaction = read(callback.body)
        if interaction.type == PING:
            return _json({"type": _PONG})
        told = "\n".join(upshot.sentence for upshot in upshots)
        if is_final(heard.answers[0], upshots[0]):
            text = f"{interaction.message.content}\n\n{plain(told)}"
            return _json({"type": _UPDATE, "data": {**_quiet(text), "components": []}})
        return _json({"type": _NEW_MESSAGE, "data": {**_quiet(plain(told)), "flags": _FOR_ONE}})

    async def _deliver(self, drawn: dict[str, Any], address: str) -> Delivery:
        try:
            channel = address.removeprefix("#")
            if channel == address:
                channel = await self._api.conversation(address)
            message = await self._api.post(channel, drawn)
        except Undelivered as refused:
            return refused.delivery
        return Delivery(ok=True, detail="Taken by Discord", provider_id=f"{channel}:{message}")


def _drawn(sheet: Sheet) -> dict[str, Any]:
    """Draw it. The link stands in the text: of buttons Discord refuses addresses of intranets."""
    words = f"**{plain(sheet.title)}**\n{plain(sheet.words(MOST_LINES))}"
    link = f"\n[{sheet.link}](<{sheet.url}>)" if sheet.url else ""
    buttons = [
        {
            "type": _BUTTON,
            "style": _PRIMARY if button.deed == "acknowledge" else _SECONDARY,
            "label": button.label,
            "custom_id": button.mark,
        }
        for button in sheet.buttons
    ]
    rows = [{"type": _ROW, "components": buttons}] if buttons else []
    return {**_quiet(shortened(words, MOST_TEXT - len(link)) + link), "components": rows}


def _quiet(content: str) -> dict[str, Any]:
    """Return a text that calls nobody, whatever it says."""
    return {"content": content, "allowed_mentions": {"parse": []}}


def _json(told: dict[str, Any]) -> Reply:
    return Reply(status=200, body=msgspec.json.encode(told), content_type="application/json")
