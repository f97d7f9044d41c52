"""Slack: messages with buttons, commands, rooms in which incidents are posted, and user groups."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, ClassVar, Final, Self

import msgspec

from tocsin.channels.checking import checked
from tocsin.channels.slack import hearing as slack_hearing
from tocsin.channels.slack import socket as slack_socket
from tocsin.channels.slack.api import Refused, SlackApi, told_in
from tocsin.channels.slack.blocks import answered, plain, words_of, words_of_post
from tocsin.channels.slack.hearing import Pressed, Told, Typed, heard
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import CalledAt, Checked, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import Field, Kind
from tocsin.domain.reaching.hearing import Callback, Heard, Reply, Tell
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.phrases import phrase
from tocsin.domain.reaching.room import Post

BASE_URL: Final = "https://slack.com/api/"
LONGEST_REPLY: Final = 3000
JSON: Final = "application/json"

# A post that cannot be changed any more is made anew.
_STALE: Final = frozenset({"cant_update_message", "edit_window_closed", "message_not_found"})
_MEMBER: Final = re.compile(r"[UW][A-Z0-9]{2,20}")

SLACK: Final = Kind(
    name="slack",
    label="Slack",
    address=Field(
        name="address",
        label="Member ID or e-mail address",
        kind="text",
        example="U012AB3CD",
        help="a Slack member ID, or an e-mail address known there,",
        pattern=rf"{_MEMBER.pattern}|[^@\s]+@[^@\s]+",
    ),
)
_SETTINGS: Final = (
    Field(
        name="token",
        label="Bot token",
        kind="secret",
        example="xoxb-1234",
        help="Of the app, under OAuth & Permissions, after it was installed",
    ),
    Field(
        name="signing_secret",
        label="Signing secret",
        kind="secret",
        example="8f742231b10e8888abcd99yyyzzz85a5",
        help="Of the app, under Basic Information: it proves that answers come from Slack",
    ),
    Field(
        name="app_token",
        label="App-level token",
        kind="secret",
        example="xapp-1-A012",
        help="For Socket Mode, where Slack cannot reach this server; with connections:write",
        required=False,
    ),
    Field(name="base_url", label="Base URL", kind="url", example=BASE_URL),
)


class Slack:
    """One workspace, in which an app of the administrator's is installed."""

    declaration: ClassVar[Declaration] = Declaration(
        name="slack",
        label="Slack",
        kind=SLACK,
        settings=_SETTINGS,
        answers=True,
        checks=True,
        called_at=(
            CalledAt(
                where="Request URL of interactivity",
                help="In the app's Interactivity & Shortcuts. Not needed with Socket Mode.",
            ),
            CalledAt(
                where="Request URL of the slash command",
                help="In the app's Slash Commands. Not needed with Socket Mode.",
            ),
        ),
        room=Field(
            name="address",
            label="Channel ID",
            kind="text",
            example="C012AB3CD",
            help="the ID of a channel",
            pattern=r"[CG][A-Z0-9]{2,20}",
        ),
        group=Field(
            name="address",
            label="User group ID",
            kind="text",
            example="S012AB3CD",
            help="the ID of a user group",
            pattern=r"S[A-Z0-9]{2,20}",
        ),
        tested="a stand-in that Slack's own SDK accepts",
    )

    def __init__(self, api: SlackApi, tools: Tools, *, signing_secret: str, app_token: str) -> None:
        self._api = api
        self._signing_secret = signing_secret
        self._app_token = app_token
        self._outbound = tools.outbound
        self._language = tools.language
        self._conversations: dict[str, str] = {}

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        return cls(
            SlackApi(tools.http, settings["base_url"], settings["token"]),
            tools,
            signing_secret=settings["signing_secret"],
            app_token=settings.get("app_token", ""),
        )

    async def check(self) -> Checked:
        """Ask whose token it is."""
        return await checked("Slack", "the bot token", self._api.introduce())

    async def send(self, message: Message, address: str) -> Delivery:
        """Post to a member, in the conversation that only they and the app see."""
        try:
            member = await self._member(address)
            conversation = await self._conversation(member)
            said = await self._post(conversation, words_of(message, member))
        except Refused as refused:
            return refused.delivery
        return msgspec.structs.replace(said, address=member if member != address else "")

    async def post_room(self, post: Post, address: str) -> Delivery:
        """Post in a channel."""
        try:
            return await self._post(address, words_of_post(post))
        except Refused as refused:
            return refused.delivery

    async def change_room(self, post: Post, address: str, reference: str) -> Delivery:
        """Change a post, and say the remark in its thread."""
        channel, _, ts = reference.partition(":")
        try:
            await self._api.call(
                "chat.update", {"channel": channel, "ts": ts, **words_of_post(post)}
            )
            if post.remark:
                await self._post(channel, {"text": plain(post.remark, LONGEST_REPLY)}, thread=ts)
        except Refused as refused:
            if refused.error in _STALE:
                return await self.post_room(post, address)
            return refused.delivery
        return Delivery(ok=True, detail="Slack changed the post.", provider_id=reference)

    async def set_group(self, address: str, members: Sequence[str]) -> Delivery:
        """Let a user group hold these. Slack knows no empty ones."""
        try:
            ids = [await self._member(member) for member in members]
            await self._api.call(
                "usergroups.users.update", {"usergroup": address, "users": ",".join(ids)}
            )
        except Refused as refused:
            return refused.delivery
        return Delivery(ok=True, detail="Slack changed the group.")

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand buttons and commands that Slack has signed."""
        slack_hearing.check(callback, self._signing_secret, now)
        return heard(slack_hearing.read(callback))

    def reply(
        self,
        callback: Callback,
        _heard: Heard,
        upshots: Sequence[Upshot],
        _message: Message | None,
    ) -> Reply:
        """Answer a command at once; of a button, the answer goes another way."""
        told = slack_hearing.read(callback)
        if not isinstance(told, Typed):
            return Reply(status=200)
        words = _whispered(slack_hearing.sentence(told, upshots, self._language()))
        return Reply(status=200, body=msgspec.json.encode(words), content_type=JSON)

    async def finish(self, callback: Callback, _heard: Heard, upshots: Sequence[Upshot]) -> None:
        """Show what came of a button."""
        told = slack_hearing.read(callback)
        if isinstance(told, Pressed):
            await self._respond(told, upshots)

    async def listen(self, tell: Tell) -> None:
        """Hear by Socket Mode, if an app-level token was given."""
        if not self._app_token:
            await asyncio.Event().wait()

        async def take(told: Told) -> None:
            said = heard(told)
            (upshots,) = await asyncio.gather(tell(said), return_exceptions=True)
            if isinstance(upshots, BaseException):
                await self._whisper(told, phrase("chat_later", self._language()))
                raise upshots
            await self._respond(told, upshots)

        await slack_socket.listen(self._api, self._app_token, self._outbound, take)

    async def _respond(self, told: Told, upshots: Sequence[Upshot]) -> None:
        """Say what came of it; a message that was answered shows it. Posts in rooms follow soon."""
        sentence = slack_hearing.sentence(told, upshots, self._language())
        is_done = bool(upshots) and all(upshot.ok for upshot in upshots)
        if isinstance(told, Typed) or not is_done:
            await self._whisper(told, sentence)
        elif not told.is_in_room:
            statuses = {status for upshot in upshots for status in upshot.statuses.values()}
            blocks = answered(told.blocks, statuses, sentence)
            words = {"replace_original": True, "text": plain(sentence, LONGEST_REPLY)}
            await self._answer(told, {**words, "blocks": blocks})

    async def _whisper(self, told: Told, sentence: str) -> None:
        await self._answer(told, {**_whispered(sentence), "replace_original": False})

    async def _answer(self, told: Told, words: Mapping[str, Any]) -> None:
        """Answer where Slack wants it; if that is too late, what was done stands all the same."""
        if told.response_url:
            with suppress(Refused):
                await self._api.respond(told.response_url, words)

    async def _member(self, address: str) -> str:
        if _MEMBER.fullmatch(address):
            return address
        said = await self._api.call("users.lookupByEmail", {"email": address})
        return told_in(said, "user", "id")

    async def _conversation(self, member: str) -> str:
        if member not in self._conversations:
            said = await self._api.call("conversations.open", {"users": member})
            self._conversations[member] = told_in(said, "channel", "id")
        return self._conversations[member]

    async def _post(self, channel: str, words: Mapping[str, Any], thread: str = "") -> Delivery:
        threaded = {"thread_ts": thread} if thread else {}
        said = await self._api.call(
            "chat.postMessage",
            {"channel": channel, **words, **threaded, "unfurl_links": False},
        )
        reference = f"{told_in(said, 'channel')}:{told_in(said, 'ts')}"
        return Delivery(ok=True, detail="Slack took it.", provider_id=reference)


def _whispered(sentence: str) -> dict[str, Any]:
    return {"response_type": "ephemeral", "text": plain(sentence, LONGEST_REPLY)}
