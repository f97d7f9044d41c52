"""SMS by any gateway that is asked over HTTP: a template says how, patterns what is answered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Self

import httpx
import msgspec

from tocsin.channels.asking import Answer, ask, refused
from tocsin.channels.dialling import dialled, international
from tocsin.channels.sms_gateway.filling import CONTENT_TYPES, filled, value_at
from tocsin.channels.sms_gateway.settings import SETTINGS, Gateway
from tocsin.channels.texts.answers import heard_text, told
from tocsin.channels.texts.keys import KEY_NAME, has_key, with_key
from tocsin.channels.tools import Tools
from tocsin.domain.masking import hide
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import CalledAt, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import SMS
from tocsin.domain.reaching.hearing import (
    Callback,
    Forged,
    Heard,
    Receipt,
    ReceiptState,
    Reply,
    Unheard,
)
from tocsin.domain.reaching.message import Message
from tocsin.kit.foreign_json import NotJsonError, decode
from tocsin.kit.ids import new_id
from tocsin.kit.sms import shortened
from tocsin.kit.text import one_line, printable

STATUS: Final = "status"  # the tail of the address for receipts
INBOUND: Final = "sms"  # and of that for what people write
MOST_PARTS: Final = 3
MOST_TOLD: Final = 200

_ANY: Final = msgspec.json.Decoder(Any)


class SmsGateway:
    """Asks one gateway."""

    declaration: ClassVar[Declaration] = Declaration(
        name="sms_gateway",
        label="SMS gateway over HTTP",
        kind=SMS,
        settings=SETTINGS,
        answers=True,
        called_at=(
            CalledAt(
                where="Incoming messages",
                tail=f"/{INBOUND}?{KEY_NAME}=",
                help="The key of callbacks goes at its end. Lets people answer by SMS.",
            ),
            CalledAt(
                where="Receipts",
                tail=f"/{STATUS}?{KEY_NAME}=",
                help="The key of callbacks goes at its end. Not needed if you send {callback}"
                " along.",
            ),
        ),
        tested="stand-ins that take forms, JSON, XML and queries over HTTP",
    )

    def __init__(self, http: httpx.AsyncClient, gateway: Gateway, callback: str) -> None:
        self._http = http
        self._gateway = gateway
        self._callback = with_key(f"{callback}/{STATUS}", gateway.key)

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], callback: str) -> Self:
        """Make it."""
        return cls(tools.http, Gateway.of(settings), callback)

    async def send(self, message: Message, address: str) -> Delivery:
        """Ask once."""
        return await self._send(message.id, message.text, address)

    def hear(self, callback: Callback, _now: datetime) -> Heard:
        """Understand a receipt, or what somebody wrote, of whoever knows the key."""
        if not has_key(callback, self._gateway.key):
            raise Forged("The key in the address is missing or wrong.")
        match callback.tail.strip("/"):
            case tail if tail == STATUS:
                return self._heard_status(_told_by(callback))
            case tail if tail == INBOUND:
                return self._heard_text(_told_by(callback))
        raise Unheard(f"The gateway may call /{STATUS} and /{INBOUND}.")

    def reply(
        self,
        _callback: Callback,
        _heard: Heard,
        _upshots: Sequence[Upshot],
        _message: Message | None,
    ) -> Reply:
        """Take it: people are answered by a message of its own."""
        return Reply(status=200, body=b"OK")

    async def finish(self, callback: Callback, _heard: Heard, upshots: Sequence[Upshot]) -> None:
        """Write back what came of an answer."""
        text = told(upshots)
        if text:
            sender = value_at(self._gateway.answer_sender, _told_by(callback))
            await self._send(new_id("Q"), text, international(sender))

    async def _send(self, id_: str, text: str, address: str) -> Delivery:
        if self._gateway.complaint:
            return Delivery(ok=False, detail=self._gateway.complaint, is_our_fault=True)
        number = dialled(address).number
        values = {
            "to": number,
            "number": number.lstrip("+"),
            "text": shortened(printable(text), MOST_PARTS),
            "id": id_,
            "secret": self._gateway.secret,
            "callback": self._callback,
        }
        try:
            request = self._request(values)
        except (httpx.InvalidURL, ValueError) as error:
            return Delivery(ok=False, detail=f"The address is none: {error}.", is_our_fault=True)
        return await ask(self._http, request, self._judged)

    def _request(self, values: Mapping[str, str]) -> httpx.Request:
        gateway = self._gateway
        headers = [
            (name.encode(), filled(value, "header", values).encode())
            for name, value in gateway.headers
        ]
        content = None
        if gateway.form in CONTENT_TYPES:
            content = filled(gateway.body, gateway.form, values).encode()
            if not any(name.lower() == b"content-type" for name, _ in headers):
                headers.append((b"Content-Type", CONTENT_TYPES[gateway.form].encode()))
        url = filled(gateway.url, "url", values)
        return self._http.build_request(gateway.method, url, content=content, headers=headers)

    def _judged(self, answer: Answer) -> Delivery:
        """Judge by status and pattern: what is not known as a refusal may do better later."""
        gateway = self._gateway
        text = answer.body.decode("utf-8", "replace")
        told = _json_of(answer.body)
        where = value_at(gateway.success_path, told) if gateway.success_path else text
        found = gateway.success.find(where) if gateway.success else ()
        said = one_line(hide(text, (gateway.secret,)), MOST_TOLD)
        if answer.status in gateway.statuses and found is not None:
            id_ = value_at(gateway.id_path, told) if gateway.id_path else ""
            id_ = id_ or next(iter(found), "")
            return Delivery(ok=True, detail=answer.heading, provider_id=id_ or None)
        if gateway.refusal and gateway.refusal.find(text) is not None:
            return Delivery(ok=False, detail=f"{answer.heading}: {said}")
        return refused(answer, said)

    def _heard_status(self, told: Any) -> Heard:
        id_ = value_at(self._gateway.receipt_id, told)
        word = value_at(self._gateway.receipt_state, told)
        states: dict[str, ReceiptState] = {
            **dict.fromkeys(self._gateway.failed, "failed"),
            **dict.fromkeys(self._gateway.delivered, "delivered"),
        }
        if not id_ or word not in states:
            return Heard()
        state, detail = states[word], one_line(f"The gateway: {word}", MOST_TOLD)
        retry = state == "failed"
        receipt = Receipt(provider_id=id_, state=state, detail=detail, retry=retry)
        return Heard(receipts=(receipt,))

    def _heard_text(self, told: Any) -> Heard:
        sender = value_at(self._gateway.answer_sender, told)
        if not sender:
            return Heard()
        return heard_text(value_at(self._gateway.answer_text, told), international(sender))


def _told_by(callback: Callback) -> Any:
    """Return what a call tells, in whichever form. Raises Unheard."""
    if "json" not in callback.headers.get("content-type", ""):
        return dict((*callback.query, *callback.form))
    try:
        return decode(callback.body, _ANY)
    except NotJsonError as error:
        raise Unheard(f"{error}.") from None


def _json_of(body: bytes) -> Any:
    try:
        return decode(body, _ANY)
    except NotJsonError:
        return None
