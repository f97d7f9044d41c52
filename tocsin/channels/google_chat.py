"""Google Chat: cards posted to the webhook of a space, in one thread for each incident."""

from collections.abc import Mapping
from html import escape
from typing import Any, ClassVar, Final, Self

import httpx

from tocsin.channels.asking import Undelivered
from tocsin.channels.chats import hooks as chat_hooks
from tocsin.channels.chats.sheet import Sheet, sheet_to_open
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import Field, Kind
from tocsin.domain.reaching.message import Message

MOST_LINES: Final = 4000
THREAD: Final = "messageReplyOption=REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"

ADDRESS: Final = Field(
    name="address",
    label="Webhook URL",
    kind="url",
    example="https://chat.googleapis.com/v1/spaces/AAAA/messages?key=K&token=T",
    help="what the space shows under Apps & integrations, Webhooks",
)


class GoogleChat:
    """Posts to whatever webhook a person gives."""

    declaration: ClassVar[Declaration] = Declaration(
        name="google_chat",
        label="Google Chat",
        kind=Kind(name="google_chat", label="Google Chat", address=ADDRESS, is_secret=True),
        tested="a server that behaves as the Chat API's documentation says",
    )

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    @classmethod
    def make(cls, tools: Tools, _settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        return cls(tools.http)

    async def send(self, message: Message, address: str) -> Delivery:
        """Post once."""
        url = f"{address}{'&' if '?' in address else '?'}{THREAD}"
        one = message.incidents[0].id if len(message.incidents) == 1 else message.id
        told = {**_drawn(sheet_to_open(message), message.id), "thread": {"threadKey": one}}
        try:
            answer = await chat_hooks.post(self._http, url, told)
        except Undelivered as refused:
            return refused.delivery
        name = answer.json.get("name")
        detail = "Posted" if name else "Taken, but not as Google Chat does it"
        return Delivery(ok=True, detail=detail, provider_id=str(name) if name else None)


def _drawn(sheet: Sheet, id_: str) -> dict[str, Any]:
    widgets: list[dict[str, Any]] = []
    if lines := sheet.words(MOST_LINES):
        widgets.append({"textParagraph": {"text": escape(lines)}})
    if sheet.url:
        button = {"text": sheet.link, "onClick": {"openLink": {"url": sheet.url}}}
        widgets.append({"buttonList": {"buttons": [button]}})
    card: dict[str, Any] = {"header": {"title": sheet.title}}
    if widgets:
        card["sections"] = [{"widgets": widgets}]
    # Not "text": words of others could call everybody of the space there.
    return {"fallbackText": sheet.title, "cardsV2": [{"cardId": id_, "card": card}]}
