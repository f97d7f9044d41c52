"""Telephone calls by Twilio: spoken in the person's language, answered by keys."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final, Self

import httpx

from tocsin.channels.calls.calling import (
    LASTS_FOR,
    RECEIPT_WITHIN,
    RINGS_FOR,
    Taker,
    Turn,
    heard_turn,
    over,
    parts_for,
    tones,
    untaken,
)
from tocsin.channels.calls.tokens import token_in, with_token
from tocsin.channels.calls.xml import TWIML, written
from tocsin.channels.dialling import dialled
from tocsin.channels.tools import Tools
from tocsin.channels.twilio.account import Account, create, fields_of, settings_with
from tocsin.channels.twilio.line_xml import write
from tocsin.channels.twilio.lines import LINE, fetch, is_of_line, understand
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.call_line import Direction, Fetched
from tocsin.domain.reaching.channel import CalledAt, Checked, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import PHONE, Field
from tocsin.domain.reaching.hearing import Callback, Heard, Receipt, ReceiptState, Reply, Unheard
from tocsin.domain.reaching.message import Message

CALLER: Final = Field(
    name="caller",
    label="Caller",
    kind="text",
    example="+15550199",
    help="a number of yours, with its country code,",
    pattern=r"\+[0-9]{6,15}",
)
VOICE: Final = "voice"  # the tail of the address that says how a call goes on
STATUS: Final = "voice/status"

_EVENTS: Final = ("initiated", "ringing", "answered", "completed")
_ON_THE_WAY: Final[Mapping[str, ReceiptState]] = {
    "queued": "accepted",
    "initiated": "accepted",
    "ringing": "sent",
    "in-progress": "sent",
}
_UNTAKEN: Final[Mapping[str, str]] = {
    "busy": "The line was busy.",
    "no-answer": "Nobody answered.",
    "canceled": "The call was cancelled.",
    "failed": "The call did not get through.",
}


class TwilioVoice:
    """Calls people from a number, and says what they hear."""

    declaration: ClassVar[Declaration] = Declaration(
        name="twilio_voice",
        label="Twilio Voice",
        kind=PHONE,
        settings=settings_with(CALLER),
        answers=True,
        checks=True,
        called_at=(
            CalledAt(
                where="A call comes in",
                tail=f"/{LINE}",
                help="At the number, by HTTP POST, and only if it is a call line. Calls to people"
                " need nothing.",
            ),
            CalledAt(
                where="Call status changes",
                tail=f"/{LINE}/status",
                help="At the number of a call line, too, by HTTP POST.",
            ),
        ),
        takes_calls=True,
        receipt_within=RECEIPT_WITHIN,
        tested="a stand-in over HTTP; signatures and TwiML by Twilio's own library",
    )

    def __init__(self, http: httpx.AsyncClient, account: Account, caller: str) -> None:
        self._http = http
        self._account = account
        self._caller = caller

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], callback: str) -> Self:
        """Make it."""
        return cls(tools.http, Account.of(settings, callback), settings[CALLER.name])

    async def check(self) -> Checked:
        """Ask whose account it is."""
        return await self._account.check(self._http)

    async def send(self, message: Message, address: str) -> Delivery:
        """Have a call made, once."""
        to = dialled(address)
        fields = (
            ("To", to.number),
            ("From", self._caller),
            ("Url", self._address(message.token)),
            ("Timeout", str(RINGS_FOR)),
            ("TimeLimit", str(LASTS_FOR)),
            ("StatusCallback", f"{self._account.callback}/{STATUS}"),
            *(("StatusCallbackEvent", event) for event in _EVENTS),
            _detection(to.extension),
        )
        return await create(self._http, self._account, "Calls", fields)

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand what a call has come to."""
        fields = self._account.heard(callback)
        if is_of_line(callback):
            return understand(callback)
        tail = callback.tail.strip("/")
        if tail == VOICE:
            return heard_turn(_turn(callback))
        if tail != STATUS:
            raise Unheard(f"Twilio is to call /{VOICE} and /{STATUS}.")
        receipt = _receipt(fields)
        return Heard(receipts=(receipt,) if receipt else ())

    def reply(
        self,
        callback: Callback,
        heard: Heard,
        upshots: Sequence[Upshot],
        message: Message | None,
    ) -> Reply:
        """Say how the call goes on."""
        if callback.tail.strip("/") != VOICE:
            return Reply()
        turn = _turn(callback)
        return written(
            TWIML,
            parts_for(turn, upshots, message),
            language=message.language if message else "",
            action=self._address(turn.token),
        )

    def direct(self, direction: Direction) -> Reply:
        """Say how a call on a line goes on."""
        return write(self._account.callback, direction)

    async def fetch(self, recording: str) -> Fetched:
        """Fetch a message that a caller left."""
        return await fetch(self._http, self._account, recording)

    def _address(self, token: str) -> str:
        """Return where it is asked how the call about a message goes on."""
        return with_token(f"{self._account.callback}/{VOICE}", token)


def _detection(extension: str) -> tuple[str, str]:
    """Listen for answering machines, unless keys must be pressed first: Twilio does not do both."""
    if extension:
        return "SendDigits", tones(extension)
    return "MachineDetection", "DetectMessageEnd"


def _turn(callback: Callback) -> Turn:
    fields = fields_of(callback)
    token = token_in(callback)
    if not token or "CallSid" not in fields:
        raise Unheard("The call is none of ours.")
    return Turn(
        call=fields["CallSid"],
        token=token,
        taker=_taker(fields.get("AnsweredBy", "")),
        key=fields.get("Digits", ""),
    )


def _taker(answered_by: str) -> Taker:
    if answered_by == "human":
        return "human"
    return "machine" if answered_by.startswith(("machine", "fax")) else "unknown"


def _receipt(fields: Mapping[str, str]) -> Receipt | None:
    call, status = fields.get("CallSid", ""), fields.get("CallStatus", "")
    if status in _ON_THE_WAY:
        return Receipt(provider_id=call, state=_ON_THE_WAY[status], detail=f"Twilio: {status}")
    if status in _UNTAKEN:
        code = fields.get("SipResponseCode", "")
        return untaken(call, f"{_UNTAKEN[status]} (SIP {code})" if code else _UNTAKEN[status])
    return over(call, _taker(fields.get("AnsweredBy", ""))) if status == "completed" else None
