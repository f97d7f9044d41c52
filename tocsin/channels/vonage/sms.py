"""SMS by Vonage's SMS API: with receipts, and answers by SMS."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Self
from urllib.parse import urlencode

import httpx
import msgspec

from tocsin.channels.asking import Answer, ask, refused
from tocsin.channels.dialling import dialled, international
from tocsin.channels.texts.answers import heard_text, told
from tocsin.channels.texts.keys import KEY, KEY_NAME, has_key, with_key
from tocsin.channels.tools import Tools
from tocsin.channels.vonage.faults import LASTING, OK, OURS, PERMANENT, REASONS, status_of
from tocsin.channels.vonage.signature import METHODS, is_fresh, is_genuine
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import CalledAt, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import SMS, Field
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
from tocsin.kit.sms import alphabet_of, shortened
from tocsin.kit.text import printable

BASE_URL: Final = "https://rest.nexmo.com"
STATUS: Final = "status"  # the tail of the address for receipts
INBOUND: Final = "sms"  # and of that for what people write
MOST_PARTS: Final = 3
VALID_SECONDS: Final = 120  # what waits longer has been carried in another way
LONGEST_CALLBACK: Final = 100  # Vonage takes no longer one; without, that of the account serves

_SETTINGS: Final = (
    Field(name="api_key", label="API key", kind="text", example="a1b2c3d4"),
    Field(name="api_secret", label="API secret", kind="secret", example=""),
    Field(
        name="sender",
        label="Sender",
        kind="text",
        example="15550199",
        help="a number of yours at Vonage, or a name of at most 11 letters that nobody can answer,",
        pattern=r"[0-9]{3,15}|[A-Za-z0-9 ]{1,11}",
    ),
    Field(
        name="signature_secret",
        label="Signature secret",
        kind="secret",
        example="",
        help="If Vonage signs its webhooks: without a right signature, none is believed.",
        required=False,
    ),
    Field(
        name="signature_method",
        label="Signature method",
        kind="choice",
        example="sha256",
        choices=tuple((method, method) for method in METHODS),
        required=False,
    ),
    KEY,
    Field(
        name="base_url",
        label="API address",
        kind="url",
        example=BASE_URL,
        required=False,
    ),
)
_STATES: Final[Mapping[str, ReceiptState]] = {
    "accepted": "sent",
    "buffered": "accepted",
    "delivered": "delivered",
    "expired": "failed",
    "failed": "failed",
    "rejected": "failed",
}
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])
_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class VonageSms:
    """Sends and hears SMS. ``settings`` are those that it declares."""

    declaration: ClassVar[Declaration] = Declaration(
        name="vonage_sms",
        label="Vonage SMS",
        kind=SMS,
        settings=_SETTINGS,
        answers=True,
        called_at=(
            CalledAt(
                where="Inbound webhook",
                tail=f"/{INBOUND}",
                help="At the number: lets people answer by SMS. If you gave a key of callbacks, put"
                " ?key= and the key at its end.",
            ),
            CalledAt(
                where="Delivery receipts (DLR) webhook",
                tail=f"/{STATUS}",
                help="In the account's API settings. Needed only if it is longer than"
                f" {LONGEST_CALLBACK} characters.",
            ),
        ),
        receipt_within=VALID_SECONDS,
        tested="a stand-in over HTTP; signatures by Vonage's own library",
    )

    def __init__(self, http: httpx.AsyncClient, settings: Mapping[str, str], callback: str) -> None:
        self._http = http
        self._settings = settings
        self._url = f"{(settings.get('base_url') or BASE_URL).rstrip('/')}/sms/json"
        self._secret = settings.get("signature_secret", "")
        self._method = settings.get("signature_method") or METHODS[0]
        self._key = settings.get(KEY.name, "")
        self._callback = with_key(f"{callback}/{STATUS}", self._key)

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], callback: str) -> Self:
        """Make it."""
        return cls(tools.http, settings, callback)

    async def send(self, message: Message, address: str) -> Delivery:
        """Send once. What Vonage cannot pass on at once must not arrive much later."""
        callback = {"callback": self._callback} if len(self._callback) <= LONGEST_CALLBACK else {}
        wish = {"client-ref": message.id, "status-report-req": "1", **callback}
        return await self._send(address, message.text, wish)

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand a receipt, or what somebody wrote."""
        fields = _fields_of(callback)
        self._check(callback, fields, now)
        match callback.tail.strip("/"):
            case tail if tail == STATUS:
                return _heard_status(fields)
            case tail if tail == INBOUND:
                return _heard_text(fields)
        raise Unheard(f"Vonage calls /{STATUS} and /{INBOUND}.")

    def reply(
        self,
        _callback: Callback,
        _heard: Heard,
        _upshots: Sequence[Upshot],
        _message: Message | None,
    ) -> Reply:
        """Take it: people are answered by a message of its own."""
        return Reply(status=200)

    async def finish(self, callback: Callback, _heard: Heard, upshots: Sequence[Upshot]) -> None:
        """Write back what came of an answer."""
        text = told(upshots)
        if text:
            await self._send(_fields_of(callback).get("msisdn", ""), text, {})

    async def _send(self, address: str, text: str, wish: Mapping[str, str]) -> Delivery:
        text = shortened(printable(text), MOST_PARTS)
        fields = {
            "api_key": self._settings["api_key"],
            "api_secret": self._settings["api_secret"],
            "from": self._settings["sender"],
            "to": dialled(address).number.lstrip("+"),
            "text": text,
            "type": "text" if alphabet_of(text) == "gsm" else "unicode",
            "ttl": str(VALID_SECONDS * 1000),
            **wish,
        }
        request = self._http.build_request(
            "POST", self._url, content=urlencode(fields), headers=_FORM
        )
        return await ask(self._http, request, _judged)

    def _check(self, callback: Callback, fields: Mapping[str, str], now: datetime) -> None:
        if not self._secret:
            if not has_key(callback, self._key):
                raise Forged("The key in the address is missing or wrong.")
        elif not is_genuine(fields, self._secret, self._method):
            raise Forged("The signature of Vonage is missing or wrong.")
        elif not is_fresh(fields, now):
            raise Forged("The signature of Vonage is too old.")


def _judged(answer: Answer) -> Delivery:
    """Judge by what became of each part: of a text that lacks one, nothing is shown."""
    parts = [part for part in answer.json.get("messages", ()) if isinstance(part, dict)]
    if not answer.is_success or not parts:
        return refused(answer)
    worst = next((part for part in parts if part.get("status") != OK), None)
    if worst is None:
        return Delivery(ok=True, detail="Vonage took it.", provider_id=parts[0].get("message-id"))
    code = str(worst.get("status"))
    return Delivery(
        ok=False,
        detail=status_of(code, str(worst.get("error-text", ""))),
        is_our_fault=code in OURS,
        retry=code not in OURS | PERMANENT,
    )


def _fields_of(callback: Callback) -> dict[str, str]:
    """Return what a call tells, however the account wants it told. Raises Unheard."""
    if callback.method != "POST":
        return {name: value for name, value in callback.query if name != KEY_NAME}
    if "json" not in callback.headers.get("content-type", ""):
        return dict(callback.form)
    try:
        told = decode(callback.body, _OBJECT)
    except NotJsonError as error:
        raise Unheard(f"{error}.") from None
    return {name: _as_text(value) for name, value in told.items()}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _heard_status(fields: Mapping[str, str]) -> Heard:
    """Return how far a message has come; a state that is new to us says nothing."""
    status, code = fields.get("status", ""), fields.get("err-code", OK)
    state = _STATES.get(status)
    if state is None or not fields.get("messageId"):
        return Heard()
    because = "" if code == OK else f", {REASONS.get(code, f'code {code}')}"
    receipt = Receipt(
        provider_id=fields["messageId"],
        state=state,
        detail=f"Vonage: {status}{because}",
        retry=state == "failed" and code not in LASTING,
    )
    return Heard(receipts=(receipt,))


def _heard_text(fields: Mapping[str, str]) -> Heard:
    """Return what somebody wrote; of a long text, the first part says what is wanted."""
    sender = fields.get("msisdn", "")
    if not sender or fields.get("concat-part", "1") != "1":
        return Heard()
    return heard_text(fields.get("text", ""), international(sender))
