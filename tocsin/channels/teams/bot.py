"""Microsoft Teams by a bot: it writes to whoever wrote to it, and hears its buttons."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Self
from urllib.parse import quote

import msgspec

from tocsin.channels.asking import Undelivered
from tocsin.channels.chats.markdown import plain
from tocsin.channels.chats.sheet import is_final, sheet_of
from tocsin.channels.teams.api import TeamsApi
from tocsin.channels.teams.cards import CARD, drawn, enclosed
from tocsin.channels.teams.hearing import address_of, heard_in, place_of, read
from tocsin.channels.teams.keys import Keys
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import CalledAt, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import Field, Kind
from tocsin.domain.reaching.hearing import Callback, Heard, Reply
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.phrases import language_of, phrase

SENTENCE: Final = "application/vnd.microsoft.activity.message"

ADDRESS: Final = Field(
    name="address",
    label="Teams address",
    kind="text",
    example="https://smba.example.com/v3/conversations/a:1#0123456789abcdef0123456789abcdef",
    help="what the bot answers to whoever writes to it, the whole of it,",
    pattern=r"https?://[^\s#]+#[0-9a-f]{32}",
)
SETTINGS: Final = (
    Field(
        name="app_id",
        label="App id",
        kind="text",
        example="00000000-0000-4000-8000-000000000000",
        help="the Microsoft App ID of the Azure bot",
        pattern=r"[0-9a-fA-F-]{36}",
    ),
    Field(name="secret", label="Client secret", kind="secret", example="Nx78Q~0001"),
    Field(
        name="tenant",
        label="Tenant",
        kind="text",
        example="contoso.onmicrosoft.com",
        help="name or id of the tenant of a single-tenant bot; blank for a multi-tenant one",
        required=False,
        pattern=r"[A-Za-z0-9.-]+",
    ),
    Field(name="login_url", label="Login", kind="url", example="https://login.microsoftonline.com"),
    Field(
        name="keys_url",
        label="Keys of Microsoft",
        kind="url",
        example="https://login.botframework.com/v1/.well-known/keys",
    ),
)


class TeamsBot:
    """Speaks for one bot. ``key`` proves which conversations it was in."""

    declaration: ClassVar[Declaration] = Declaration(
        name="teams_bot",
        label="Microsoft Teams (bot)",
        kind=Kind(name="teams", label="Microsoft Teams", address=ADDRESS),
        settings=SETTINGS,
        answers=True,
        called_at=(
            CalledAt(
                where="Messaging endpoint",
                help="In the Azure bot's Configuration. Without it, the bot meets nobody.",
            ),
        ),
        tested="a server that behaves as the Bot Connector's documentation says",
    )

    def __init__(self, api: TeamsApi, keys: Keys, key: bytes, language: Callable[[], str]) -> None:
        self._api = api
        self._keys = keys
        self._key = key
        self._language = language

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        app_id = settings["app_id"]
        tenant = quote(settings.get("tenant") or "botframework.com", safe="")
        token_url = f"{settings['login_url'].rstrip('/')}/{tenant}/oauth2/v2.0/token"
        secret = settings["secret"]
        return cls(
            TeamsApi(tools.http, tools.clock, token_url, app_id=app_id, secret=secret),
            Keys(tools.http, settings["keys_url"], app_id),
            tools.signing_key.encode(),
            tools.language,
        )

    async def send(self, message: Message, address: str) -> Delivery:
        """Write to a person, once."""
        place = place_of(address, self._key)
        if place is None:
            return Delivery(ok=False, detail="This is no address that the bot has told.")
        try:
            id_ = await self._api.post(place, enclosed(sheet_of(message)))
        except Undelivered as refused:
            return refused.delivery
        return Delivery(ok=True, detail="Taken by Microsoft Teams", provider_id=id_ or None)

    async def prepare(self, callback: Callback, now: datetime) -> None:
        """Fetch the keys that prove who calls."""
        await self._keys.fetch(callback, now)

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand what Teams tells."""
        activity = read(callback.body)
        self._keys.check(callback, activity.channel_id, activity.service_url, now)
        return heard_in(activity, address_of(activity.place, self._key))

    def reply(
        self,
        _callback: Callback,
        heard: Heard,
        upshots: Sequence[Upshot],
        message: Message | None,
    ) -> Reply:
        """Show what came of a button, in the place of the buttons."""
        if not heard.token:
            return Reply(status=200)
        upshot = upshots[0]
        if message is None or not is_final(heard.answers[0], upshot):
            return _invoked(SENTENCE, upshot.sentence)
        return _invoked(CARD, drawn(sheet_of(message).closed(upshot.sentence)))

    async def finish(self, callback: Callback, _heard: Heard, upshots: Sequence[Upshot]) -> None:
        """Tell whoever wrote what came of it, or what the address is. Failing is no loss."""
        activity = read(callback.body)
        if not activity.is_written:
            return
        told = "\n\n".join(upshot.sentence for upshot in upshots)
        address = address_of(activity.place, self._key)
        language = language_of(activity.locale, self._language())
        text = plain(told) or phrase("chat_address", language, address=f"`{address}`")
        try:
            await self._api.post(activity.place, {"type": "message", "text": text})
        except Undelivered:
            return


def _invoked(type_: str, value: Any) -> Reply:
    told = {"statusCode": 200, "type": type_, "value": value}
    return Reply(status=200, body=msgspec.json.encode(told), content_type="application/json")
