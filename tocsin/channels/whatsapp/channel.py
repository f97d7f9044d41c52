"""WhatsApp by Meta's Cloud API: approved templates with buttons, receipts and answers."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Self

import httpx

from tocsin.channels.asking import Answer, Undelivered, ask, exchange, refused
from tocsin.channels.chats.sheet import sheet_of
from tocsin.channels.checking import checked, name_in
from tocsin.channels.dialling import dialled
from tocsin.channels.tools import Tools
from tocsin.channels.whatsapp.faults import is_our_fault, may_do_better
from tocsin.channels.whatsapp.hearing import heard_in, is_genuine
from tocsin.domain.reaching.answer import Deed, Upshot
from tocsin.domain.reaching.channel import CalledAt, Checked, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import WHATSAPP, Field
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Reply
from tocsin.domain.reaching.message import Message
from tocsin.kit.text import one_line, printable, shortened

BASE_URL: Final = "https://graph.facebook.com/v23.0"
LONGEST_PARAMETER: Final = 900  # of 1024 characters that a template has with its own words
LONGEST_TEXT: Final = 4096
RECEIPT_WITHIN: Final = 120
LONGEST_CHALLENGE: Final = 200
BUTTONS: Final[tuple[Deed, ...]] = ("acknowledge", "resolve", "escalate")  # of the template

_TEMPLATE: Final = r"[a-z0-9_]{1,512}"
_SETTINGS: Final = (
    Field(
        name="token",
        label="Access token",
        kind="secret",
        example="",
        help="Of a system user with the right whatsapp_business_messaging",
    ),
    Field(
        name="phone_number_id",
        label="Phone number ID",
        kind="text",
        example="106540352242922",
        help="the ID of your number, which is not the number itself,",
        pattern=r"[0-9]{5,20}",
    ),
    Field(
        name="app_secret",
        label="App secret",
        kind="secret",
        example="",
        help="It proves that receipts and answers come from Meta",
    ),
    Field(
        name="verify_token",
        label="Verify token",
        kind="secret",
        example="",
        help="Some words by chance, the same as where the webhook is set up at Meta",
    ),
    Field(
        name="page_template",
        label="Template for pages",
        kind="text",
        example="tocsin_page",
        help="an approved template with one variable and three quick replies: acknowledge,"
        " resolve, escalate,",
        pattern=_TEMPLATE,
    ),
    Field(
        name="notice_template",
        label="Template for notices",
        kind="text",
        example="tocsin_notice",
        help="an approved template with one variable and no buttons,",
        pattern=_TEMPLATE,
    ),
    Field(
        name="languages",
        label="Languages of the templates",
        kind="text",
        example="en de",
        help="the codes of the languages in which both are approved, that for all others first,",
        pattern=r"[a-z]{2,3}(_[A-Z]{2})?( +[a-z]{2,3}(_[A-Z]{2})?)*",
    ),
    Field(name="base_url", label="API address", kind="url", example=BASE_URL, required=False),
)


class WhatsApp:
    """Writes from one number of a business. ``settings`` are those that it declares."""

    declaration: ClassVar[Declaration] = Declaration(
        name="whatsapp",
        label="WhatsApp",
        kind=WHATSAPP,
        settings=_SETTINGS,
        answers=True,
        checks=True,
        called_at=(
            CalledAt(
                where="Callback URL",
                help="In the app at Meta, under WhatsApp, Configuration, with your verify token:"
                " then subscribe to the field named messages.",
            ),
        ),
        receipt_within=RECEIPT_WITHIN,
        tested="a stand-in over HTTP, written from the documentation",
    )

    def __init__(self, http: httpx.AsyncClient, settings: Mapping[str, str]) -> None:
        self._http = http
        self._settings = settings
        self._number_id = settings["phone_number_id"]
        base_url = (settings.get("base_url") or BASE_URL).rstrip("/")
        self._url = f"{base_url}/{self._number_id}"
        self._headers = {"Authorization": f"Bearer {settings['token']}"}

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        return cls(tools.http, settings)

    async def check(self) -> Checked:
        """Ask whose number it is."""
        return await checked("WhatsApp", "the token or the number", self._introduce())

    async def send(self, message: Message, address: str) -> Delivery:
        """Send a template, once: nothing else reaches people who did not write to us today."""
        template = {
            "name": self._settings["page_template" if _fits(message) else "notice_template"],
            "language": {"code": _code_of(message.language, self._settings["languages"])},
            "components": _components(message),
        }
        body = {"type": "template", "template": template, "biz_opaque_callback_data": message.id}
        return await self._send(address, body)

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand receipts and answers that Meta signed, and its question for who is here."""
        if callback.method == "GET":
            given = dict(callback.query).get("hub.verify_token", "")
            if not hmac.compare_digest(given.encode(), self._settings["verify_token"].encode()):
                raise Forged("hub.verify_token is missing or wrong.")
            return Heard()
        if not is_genuine(callback, self._settings["app_secret"]):
            raise Forged("X-Hub-Signature-256 is missing or not made with the secret of the app.")
        return heard_in(callback, self._number_id, now)

    def reply(
        self,
        callback: Callback,
        _heard: Heard,
        _upshots: Sequence[Upshot],
        _message: Message | None,
    ) -> Reply:
        """Give a challenge back; people are answered by messages of their own."""
        challenge = dict(callback.query).get("hub.challenge", "")[:LONGEST_CHALLENGE]
        return Reply(status=200, body=challenge.encode())

    async def finish(self, _callback: Callback, heard: Heard, upshots: Sequence[Upshot]) -> None:
        """Write back what came of answers; whoever has just written may be written to freely."""
        senders = [one.sender for one in heard.answers] + [one.sender for one in heard.commands]
        for sender, upshot in zip(senders, upshots, strict=True):
            text = shortened(printable(upshot.sentence), LONGEST_TEXT)
            if text:
                await self._send(sender or "", {"type": "text", "text": {"body": text}})

    async def _introduce(self) -> str:
        request = self._http.build_request(
            "GET", f"{self._url}?fields=verified_name,display_phone_number", headers=self._headers
        )
        answer = await exchange(self._http, request)
        if not answer.is_success:
            raise Undelivered(_judged(answer))
        number = name_in(answer.json, "display_phone_number")
        return f"knows {number} as {name_in(answer.json, 'verified_name')}"

    async def _send(self, address: str, body: Mapping[str, Any]) -> Delivery:
        to = dialled(address).number.lstrip("+")
        request = self._http.build_request(
            "POST",
            f"{self._url}/messages",
            json={"messaging_product": "whatsapp", "to": to, **body},
            headers=self._headers,
        )
        return await ask(self._http, request, _judged)


def _fits(message: Message) -> bool:
    """Say whether the buttons of the template are those that are offered."""
    return message.deeds == BUTTONS


def _code_of(language: str, codes: str) -> str:
    known = codes.split()
    return next((one for one in known if one.partition("_")[0] == language), known[0])


def _components(message: Message) -> list[dict[str, Any]]:
    """Fill in the template; its variables take neither lines nor runs of spaces."""
    text = one_line(message.text, LONGEST_PARAMETER)
    filled: list[dict[str, Any]] = [
        {"type": "body", "parameters": [{"type": "text", "text": text}]}
    ]
    if _fits(message):
        for index, button in enumerate(sheet_of(message).buttons):
            payload = {"type": "payload", "payload": button.mark}
            place = {"type": "button", "sub_type": "quick_reply", "index": str(index)}
            filled.append({**place, "parameters": [payload]})
    return filled


def _judged(answer: Answer) -> Delivery:
    told = answer.json
    messages = told.get("messages")
    if answer.is_success and isinstance(messages, list) and messages:
        id_ = messages[0].get("id") if isinstance(messages[0], dict) else None
        return Delivery(ok=True, detail="WhatsApp took it.", provider_id=id_)
    fault = told.get("error")
    if not isinstance(fault, dict) or not isinstance(fault.get("code"), int):
        return refused(answer)
    code = fault["code"]
    return Delivery(
        ok=False,
        detail=one_line(f"WhatsApp: {fault.get('message', 'refused')} (code {code})", 300),
        is_our_fault=is_our_fault(code),
        retry=may_do_better(code),
        wait_seconds=answer.wait_seconds,
    )
