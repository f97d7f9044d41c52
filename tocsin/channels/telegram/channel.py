"""Telegram: a bot that writes to people and groups, and hears their buttons and texts."""

import asyncio
import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, ClassVar, Final, Self

import msgspec

from tocsin.channels.asking import Undelivered
from tocsin.channels.chats.sheet import Sheet, is_final, sheet_of, sheet_of_post
from tocsin.channels.checking import checked
from tocsin.channels.telegram.bot import LONGEST_POLL, MOST_UPDATES, Bot
from tocsin.channels.telegram.settings import ADDRESS, BASE_URL, TOKEN, UPDATES
from tocsin.channels.telegram.updates import (
    WANTED,
    Note,
    Press,
    Update,
    heard_in,
    read_update,
)
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import Checked, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import Kind
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Reply, Tell, Unheard
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.phrases import language_of, phrase
from tocsin.domain.reaching.room import Post
from tocsin.kit.text import shortened

MOST_LINES: Final = 3500  # Telegram takes 4096 characters of everything together
MOST_TOAST: Final = 200
UNCHANGED: Final = "message is not modified"  # as it should be
GONE: Final = "message to edit not found"
SET_AGAIN: Final = 3600.0  # seconds; Telegram forgets an address that was long unreachable
PROOF: Final = "x-telegram-bot-api-secret-token"

_PLAIN: Final = {"link_preview_options": {"is_disabled": True}}


class Telegram:
    """Speaks for one bot."""

    declaration: ClassVar[Declaration] = Declaration(
        name="telegram",
        label="Telegram",
        kind=Kind(name="telegram", label="Telegram", address=ADDRESS),
        settings=(TOKEN, UPDATES, BASE_URL),
        answers=True,
        checks=True,
        room=ADDRESS,
        tested="a server that behaves as the Bot API's documentation says",
    )

    def __init__(
        self, bot: Bot, callback: str, proof: str, *, is_called: bool, language: Callable[[], str]
    ) -> None:
        self._bot = bot
        self._callback = callback
        self._proof = proof
        self._is_called = is_called
        self._language = language

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], callback: str) -> Self:
        """Make it."""
        token = settings["token"]
        return cls(
            Bot(tools.http, settings["base_url"], token),
            callback,
            hmac.new(token.encode(), b"Telegram calls", "sha256").hexdigest(),
            is_called=settings["updates"] == "webhook",
            language=tools.language,
        )

    async def check(self) -> Checked:
        """Ask who the bot is."""
        return await checked("Telegram", "the token", self._bot.introduce())

    async def send(self, message: Message, address: str) -> Delivery:
        """Write to a chat, once; to where it has moved if it has."""
        return await self._deliver(sheet_of(message), address)

    async def post_room(self, post: Post, address: str) -> Delivery:
        """Post in a group."""
        return await self._deliver(sheet_of_post(post), address)

    async def change_room(self, post: Post, address: str, reference: str) -> Delivery:
        """Change a post, and reply to it with what has just happened."""
        chat, _, note = reference.rpartition(":")
        try:
            await self._edit(chat, int(note), _drawn(sheet_of_post(post)))
            if post.remark:
                below = {"message_id": int(note), "allow_sending_without_reply": True}
                await self._write(chat, {"text": post.remark}, reply_parameters=below)
        except Undelivered as refused:
            is_gone = GONE in refused.delivery.detail
            return await self.post_room(post, address) if is_gone else refused.delivery
        return Delivery(ok=True, detail="Changed", provider_id=reference)

    def hear(self, callback: Callback, _now: datetime) -> Heard:
        """Understand what Telegram tells."""
        proof = callback.headers.get(PROOF, "")
        if not hmac.compare_digest(proof.encode(), self._proof.encode()):
            raise Forged("X-Telegram-Bot-Api-Secret-Token is not what Telegram was given.")
        return heard_in(read_update(callback.body))

    def reply(
        self,
        _callback: Callback,
        _heard: Heard,
        _upshots: Sequence[Upshot],
        _message: Message | None,
    ) -> Reply:
        """Take it: what there is to say is said by calls of our own."""
        return Reply(status=200)

    async def finish(self, callback: Callback, heard: Heard, upshots: Sequence[Upshot]) -> None:
        """Tell the person."""
        await self._tell(read_update(callback.body), heard, upshots)

    async def listen(self, tell: Tell) -> None:
        """Ask for what people answer, or see to it that Telegram calls."""
        if self._is_called:
            await self._stay_called()
        await self._bot.call("deleteWebhook")
        offset = 0
        while True:
            wanted = {
                "offset": offset,
                "limit": MOST_UPDATES,
                "timeout": LONGEST_POLL,
                "allowed_updates": WANTED,
            }
            for update in await self._bot.call("getUpdates", **wanted):
                await self._take(msgspec.json.encode(update), tell)
                offset = int(update["update_id"]) + 1

    async def _stay_called(self) -> None:
        while True:
            await self._bot.call(
                "setWebhook",
                url=self._callback,
                secret_token=self._proof,
                allowed_updates=WANTED,
            )
            await asyncio.sleep(SET_AGAIN)

    async def _take(self, body: bytes, tell: Tell) -> None:
        try:
            update = read_update(body)
            heard = heard_in(update)
        except Unheard:
            return
        await self._tell(update, heard, await tell(heard))

    async def _tell(self, update: Update, heard: Heard, upshots: Sequence[Upshot]) -> None:
        """Say what came of it: too late for an answer, or to a chat that is gone, is no loss."""
        try:
            if update.callback_query:
                await self._close(update.callback_query, heard, upshots)
            elif update.message and update.message.sender:
                locale = update.message.sender.language_code
                await self._say(update.message, locale, upshots)
        except Undelivered:
            return

    async def _close(self, press: Press, heard: Heard, upshots: Sequence[Upshot]) -> None:
        for answer, upshot in zip(heard.answers, upshots, strict=False):
            await self._bot.call(
                "answerCallbackQuery",
                callback_query_id=press.id,
                text=shortened(upshot.sentence, MOST_TOAST),
                show_alert=not upshot.ok,
            )
            if is_final(answer, upshot) and press.message and press.message.text:
                text = f"{press.message.text}\n\n{upshot.sentence}"
                words = {"text": text, "entities": press.message.entities}
                await self._edit(str(press.message.chat.id), press.message.message_id, words)

    async def _say(self, note: Note, locale: str, upshots: Sequence[Upshot]) -> None:
        text = "\n".join(upshot.sentence for upshot in upshots)
        if not text and note.asks_where:
            language = language_of(locale, self._language())
            text = phrase("chat_address", language, address=note.chat.id)
        if text:
            await self._write(str(note.chat.id), {"text": text})

    async def _deliver(self, sheet: Sheet, address: str) -> Delivery:
        try:
            return await self._write(address, _drawn(sheet))
        except Undelivered as refused:
            return refused.delivery

    async def _write(self, chat: str, words: Mapping[str, Any], **more: Any) -> Delivery:
        note = await self._bot.call_in(chat, "sendMessage", **_PLAIN, **words, **more)
        address = str(note["chat"]["id"])
        return Delivery(
            ok=True,
            detail="Taken by Telegram",
            provider_id=f"{address}:{note['message_id']}",
            address=address,
        )

    async def _edit(self, chat: str, note: int, words: Mapping[str, Any]) -> None:
        try:
            await self._bot.call_in(chat, "editMessageText", message_id=note, **_PLAIN, **words)
        except Undelivered as refused:
            if UNCHANGED not in refused.delivery.detail:
                raise


def _drawn(sheet: Sheet) -> dict[str, Any]:
    """Draw it. The link stands in the text: of buttons Telegram refuses addresses of intranets."""
    link = f'<a href="{escape(sheet.url)}">{escape(sheet.link)}</a>' if sheet.url else ""
    parts = (f"<b>{escape(sheet.title)}</b>", escape(sheet.words(MOST_LINES)), link)
    keys = [{"text": one.label, "callback_data": one.mark} for one in sheet.buttons]
    return {
        "text": "\n".join(part for part in parts if part),
        "parse_mode": "HTML",
        "reply_markup": {"inline_keyboard": [keys] if keys else []},
    }
