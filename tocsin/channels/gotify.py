"""Gotify: a message of one of its applications, with a link that opens the page to answer it."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

import httpx

from tocsin.channels.asking import Answer, Undelivered
from tocsin.channels.chats.api import call, refusal
from tocsin.channels.push_text import MOST_TITLE, is_urgent
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import Field, Kind
from tocsin.domain.reaching.message import Message
from tocsin.kit.text import shortened

MOST_WORDS: Final = 8000
URGENT, USUAL = 10, 5  # from 8 on, phones sound whatever they do

KIND: Final = Kind(
    name="gotify",
    label="Gotify",
    address=Field(
        name="address",
        label="Application token",
        kind="secret",
        example="A4ZsYbFq8uM7bRX",
        help="the token of the application that you made for Tocsin in Gotify,",
        pattern=r"[\w.-]{8,64}",
    ),
    is_secret=True,
)


class Gotify:
    """Posts to one server."""

    declaration: ClassVar[Declaration] = Declaration(
        name="gotify",
        label="Gotify",
        kind=KIND,
        settings=(
            Field(
                name="base_url", label="Server", kind="url", example="https://gotify.example.com"
            ),
        ),
        tested="a server that behaves as Gotify's documentation says",
    )

    def __init__(self, http: httpx.AsyncClient, base_url: str) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/message"

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        return cls(tools.http, settings["base_url"])

    async def send(self, message: Message, address: str) -> Delivery:
        """Post once."""
        headers = {"X-Gotify-Key": address}
        try:
            answer = await call(
                self._http, "POST", self._url, headers=headers, json=_drawn(message)
            )
        except Undelivered as silence:
            return silence.delivery
        return _judge(answer)


def _drawn(message: Message) -> dict[str, Any]:
    extras: dict[str, Any] = {"client::display": {"contentType": "text/plain"}}
    if message.answer_url:
        extras["client::notification"] = {"click": {"url": message.answer_url}}
    return {
        "title": shortened(message.title, MOST_TITLE),
        "message": shortened(message.body, MOST_WORDS),
        "priority": URGENT if is_urgent(message) else USUAL,
        "extras": extras,
    }


def _judge(answer: Answer) -> Delivery:
    """Judge an answer. What Gotify refuses is the token, which is the person's own."""
    if answer.is_success:
        name = answer.json.get("id")
        return Delivery(ok=True, detail="Taken by Gotify", provider_id=str(name) if name else None)
    return refusal(
        answer,
        answer.json.get("errorDescription"),
        for_good=answer.status in {401, 403},
        is_our_fault=answer.status == 404,
    ).delivery
