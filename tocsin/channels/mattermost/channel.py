"""Mattermost: a bot that writes to people and channels of a server, and hears their buttons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Self

import msgspec

from tocsin.channels.asking import Undelivered
from tocsin.channels.chats.markdown import plain
from tocsin.channels.chats.sheet import Sheet, is_final, sheet_of, sheet_of_post
from tocsin.channels.checking import checked
from tocsin.channels.mattermost.api import MattermostApi
from tocsin.channels.mattermost.hearing import (
    ACTION,
    COMMAND,
    Context,
    heard_command,
    heard_press,
    proven,
    read_pressed,
)
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import CalledAt, Checked, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import Field, Kind
from tocsin.domain.reaching.hearing import Callback, Heard, Reply, Unheard
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.phrases import phrase
from tocsin.domain.reaching.room import Post

MOST_LINES: Final = 6000  # Mattermost takes 16,383 characters, and marks double some

ADDRESS: Final = Field(
    name="address",
    label="Mattermost address",
    kind="text",
    example="@ann",
    help="a user name after @, the e-mail address of the account or the id of a channel,",
    pattern=r"@[A-Za-z0-9][A-Za-z0-9._-]{0,63}|[^@\s]+@[^@\s]+|[a-z0-9]{26}",
)
ROOM: Final = Field(
    name="address",
    label="Channel id",
    kind="text",
    example="4xp9fdt7pbgium38k0k6w95oa4",
    help="the id of a channel, which its menu shows under View Info,",
    pattern=r"[a-z0-9]{26}",
)
SETTINGS: Final = (
    Field(name="base_url", label="Server", kind="url", example="https://chat.example.com"),
    Field(
        name="token",
        label="Bot token",
        kind="secret",
        example="9xuqwrwgstrb3mzrxb83nb357a",
        help="the access token of a bot account",
    ),
    Field(
        name="command_token",
        label="Token of the slash command",
        kind="secret",
        example="okwexpgbi7gexxd8u8km6zx3uy",
        help="what Mattermost shows once a slash command is made",
        required=False,
    ),
)


class Mattermost:
    """Speaks for one bot."""

    declaration: ClassVar[Declaration] = Declaration(
        name="mattermost",
        label="Mattermost",
        kind=Kind(name="mattermost", label="Mattermost", address=ADDRESS),
        settings=SETTINGS,
        answers=True,
        checks=True,
        called_at=(
            CalledAt(
                where="Request URL of the slash command",
                tail=f"/{COMMAND}",
                help="With method POST, and only if you want the command. Buttons need nothing.",
            ),
        ),
        room=ROOM,
        tested="a server that behaves as Mattermost's API reference says",
    )

    def __init__(
        self, api: MattermostApi, callback: str, *, token: str, command_token: str
    ) -> None:
        self._api = api
        self._callback = callback
        self._key = token.encode()
        self._command_token = command_token

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], callback: str) -> Self:
        """Make it."""
        token = settings["token"]
        api = MattermostApi(tools.http, settings["base_url"], token)
        return cls(api, callback, token=token, command_token=settings.get("command_token", ""))

    async def check(self) -> Checked:
        """Ask who the bot is."""
        return await checked("Mattermost", "the token", self._api.introduce())

    async def send(self, message: Message, address: str) -> Delivery:
        """Write to a person or a channel, once."""
        try:
            place = await self._api.place_of(address)
            drawn = self._drawn(sheet_of(message), place.user, message.language)
            post = await self._api.post(place.channel, {**drawn, "pending_post_id": message.id})
        except Undelivered as refused:
            return refused.delivery
        detail = "Taken by Mattermost"
        return Delivery(ok=True, detail=detail, provider_id=post, address=place.address)

    async def post_room(self, post: Post, address: str) -> Delivery:
        """Post in a channel."""
        try:
            reference = await self._api.post(address, self._drawn_post(post))
        except Undelivered as refused:
            return refused.delivery
        return Delivery(ok=True, detail="Posted", provider_id=reference)

    async def change_room(self, post: Post, address: str, reference: str) -> Delivery:
        """Change a post, and say in its thread what has just happened."""
        try:
            await self._api.change(reference, self._drawn_post(post))
            if post.remark:
                remark = {"message": plain(post.remark), "root_id": reference}
                await self._api.post(address, remark)
        except Undelivered as refused:
            is_gone = refused.delivery.detail.startswith("HTTP 404")
            return await self.post_room(post, address) if is_gone else refused.delivery
        return Delivery(ok=True, detail="Changed", provider_id=reference)

    def hear(self, callback: Callback, _now: datetime) -> Heard:
        """Understand what the server tells."""
        if callback.tail == ACTION:
            return heard_press(read_pressed(callback.body, self._key))
        if callback.tail == COMMAND:
            return heard_command(callback, self._command_token)
        raise Unheard(f"Mattermost calls /{ACTION} or /{COMMAND}.")

    def reply(
        self,
        callback: Callback,
        heard: Heard,
        upshots: Sequence[Upshot],
        message: Message | None,
    ) -> Reply:
        """Show what came of it, in the place of the buttons."""
        told = "\n".join(upshot.sentence for upshot in upshots)
        if callback.tail == COMMAND:
            return _json({"response_type": "ephemeral", "text": plain(told)})
        pressed = read_pressed(callback.body, self._key)
        if pressed.is_foreign:
            told = phrase("chat_foreign", pressed.context.language)
        elif message and upshots and is_final(heard.answers[0], upshots[0]):
            sheet = sheet_of(message).closed(told)
            return _json({"update": self._drawn(sheet, "", message.language)})
        return _json({"ephemeral_text": plain(told)})

    def _drawn_post(self, post: Post) -> dict[str, Any]:
        return self._drawn(sheet_of_post(post), "", post.language)

    def _drawn(self, sheet: Sheet, user: str, language: str) -> dict[str, Any]:
        attachment = {
            "fallback": sheet.title,
            "title": plain(sheet.title),
            "title_link": sheet.url,
            "text": plain(sheet.words(MOST_LINES)),
            "actions": [
                {
                    "id": button.deed,
                    "name": button.label,
                    "type": "button",
                    "style": "primary" if button.deed == "acknowledge" else "default",
                    "integration": {
                        "url": f"{self._callback}/{ACTION}",
                        "context": self._context(button.mark, user, language),
                    },
                }
                for button in sheet.buttons
            ],
        }
        return {"message": "", "props": {"attachments": [attachment]}}

    def _context(self, mark: str, user: str, language: str) -> dict[str, Any]:
        context = proven(self._key, Context(mark=mark, user=user, language=language))
        return msgspec.structs.asdict(context)


def _json(told: dict[str, Any]) -> Reply:
    return Reply(status=200, body=msgspec.json.encode(told), content_type="application/json")
