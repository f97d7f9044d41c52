"""Pushover: an alarm that sounds until it is acknowledged, and its receipt."""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Self
from urllib.parse import urlencode

import httpx

from tocsin.channels.asking import Answer, Undelivered, exchange
from tocsin.channels.chats.api import refusal
from tocsin.channels.push_text import MOST_TITLE, is_urgent
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Answer as Wanted
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import Field, Kind
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Receipt, Reply, Unheard
from tocsin.domain.reaching.labels import labels_of
from tocsin.domain.reaching.message import Message
from tocsin.kit.text import shortened

MOST_WORDS: Final = 1024
EMERGENCY, HIGH, USUAL = 2, 1, 0
SOUNDS_EVERY: Final = 30  # seconds
SOUNDS_FOR: Final = 300  # seconds; then others are paged
MOST_CONFIRMED: Final = 1000  # receipts that are remembered between two steps of one call

KIND: Final = Kind(
    name="pushover",
    label="Pushover",
    address=Field(
        name="address",
        label="User key",
        kind="text",
        example="uQiRzpo4DXghDmr9QzzfQu27cmVRsG",
        help="30 letters and figures, as pushover.net shows them",
        pattern=r"[A-Za-z0-9]{30}",
    ),
)
_RECEIPT: Final = re.compile(r"[A-Za-z0-9]{1,64}")


class Pushover:
    """Sends in the name of one application."""

    declaration: ClassVar[Declaration] = Declaration(
        name="pushover",
        label="Pushover",
        kind=KIND,
        settings=(
            Field(
                name="token",
                label="Application token",
                kind="secret",
                example="azGDORePK8gMaC0QOYAMyEEuzJnyUi",
                help="the token of the application that you made for Tocsin at pushover.net,",
                pattern=r"[A-Za-z0-9]{30}",
            ),
            Field(name="base_url", label="Server", kind="url", example="https://api.pushover.net"),
        ),
        answers=True,
        tested="a server that behaves as Pushover's documentation says",
    )

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str, callback: str) -> None:
        self._http = http
        self._base = f"{base_url.rstrip('/')}/1"
        self._token = token
        self._callback = callback
        self._confirmed: dict[str, str] = {}  # receipts that Pushover vouches for, and by whom

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], callback: str) -> Self:
        """Make it."""
        return cls(tools.http, settings["base_url"], settings["token"], callback)

    async def send(self, message: Message, address: str) -> Delivery:
        """Send once."""
        fields = {"token": self._token, "user": address, **self._drawn(message)}
        try:
            return _judge(await self._ask("POST", "/messages.json", data=fields))
        except Undelivered as silence:
            return silence.delivery

    async def prepare(self, callback: Callback, _now: datetime) -> None:
        """Ask Pushover whether the receipt was acknowledged: its calls are not signed."""
        if not self._is_ours(callback):
            return
        receipt = dict(callback.form).get("receipt", "")
        if not _RECEIPT.fullmatch(receipt):
            return
        try:
            asked = {"token": self._token}
            answer = await self._ask("GET", f"/receipts/{receipt}.json", params=asked)
        except Undelivered:
            return
        if answer.is_success and answer.json.get("acknowledged") == 1:
            while len(self._confirmed) >= MOST_CONFIRMED:
                self._confirmed.pop(next(iter(self._confirmed)))
            self._confirmed[receipt] = str(answer.json.get("acknowledged_by_device") or "a device")

    def hear(self, callback: Callback, _now: datetime) -> Heard:
        """Understand that an alarm was acknowledged."""
        if not self._is_ours(callback):
            raise Forged("The address is not one that Pushover was given.")
        receipt = dict(callback.form).get("receipt", "")
        if not _RECEIPT.fullmatch(receipt):
            raise Unheard("It names no receipt.")
        device = self._confirmed.pop(receipt, None)
        if device is None:
            raise Forged("Pushover does not confirm that this receipt was acknowledged.")
        detail = f"Acknowledged on {shortened(device, 50)}"
        return Heard(
            receipts=(Receipt(provider_id=receipt, state="read", detail=detail),),
            answers=(Wanted(deed="acknowledge", token=dict(callback.query)["token"]),),
        )

    def reply(
        self,
        _callback: Callback,
        _heard: Heard,
        _upshots: Sequence[Upshot],
        _message: Message | None,
    ) -> Reply:
        """Take it."""
        return Reply(status=200)

    async def _ask(self, method: str, path: str, **asked: Any) -> Answer:
        try:
            request = self._http.build_request(method, f"{self._base}{path}", **asked)
        except httpx.InvalidURL as error:
            wrong = Delivery(ok=False, detail=str(error), is_our_fault=True)
            raise Undelivered(wrong) from error
        return await exchange(self._http, request)

    def _drawn(self, message: Message) -> dict[str, str]:
        drawn = {
            "title": shortened(message.title, MOST_TITLE),
            "message": shortened(message.body, MOST_WORDS),
            "priority": str(HIGH if is_urgent(message) else USUAL),
        }
        if message.answer_url:
            words = " / ".join(labels_of(message).values())
            drawn |= {"url": message.answer_url, "url_title": shortened(words, 100)}
        if is_urgent(message) and "acknowledge" in message.deeds:
            drawn |= {
                "priority": str(EMERGENCY),
                "retry": str(SOUNDS_EVERY),
                "expire": str(SOUNDS_FOR),
                "callback": self._address_of(message),
                "tags": message.id,
            }
        return drawn

    def _address_of(self, message: Message) -> str:
        asked = {"token": message.token, "proof": self._proof(message.token)}
        return f"{self._callback}?{urlencode(asked)}"

    def _proof(self, token: str) -> str:
        return hmac.new(
            self._token.encode(), f"acknowledged {token}".encode(), "sha256"
        ).hexdigest()

    def _is_ours(self, callback: Callback) -> bool:
        """Say whether the address is one that we have made, so that nobody makes us ask."""
        asked = dict(callback.query)
        token, proof = asked.get("token", ""), asked.get("proof", "")
        return hmac.compare_digest(self._proof(token).encode(), proof.encode())


def _judge(answer: Answer) -> Delivery:
    told = answer.json
    if answer.is_success and told.get("status") == 1:
        name = told.get("receipt") or told.get("request")
        return Delivery(ok=True, detail="Taken by Pushover", provider_id=str(name))
    errors = told.get("errors")
    return refusal(
        answer,
        " ".join(map(str, errors)) if isinstance(errors, list) else "",
        for_good=told.get("user") == "invalid",
        is_our_fault=told.get("token") == "invalid" or answer.status in {401, 403, 404},
    ).delivery
