"""Telephone calls by Plivo: spoken in the person's language, answered by keys."""

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
from tocsin.channels.calls.xml import Dialect, written
from tocsin.channels.dialling import dialled
from tocsin.channels.plivo.account import Account, create, fields_of, settings_with
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import Checked, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import PHONE, Field
from tocsin.domain.reaching.hearing import Callback, Heard, Receipt, Reply, Unheard
from tocsin.domain.reaching.message import Message

CALLER: Final = Field(
    name="caller",
    label="Caller",
    kind="text",
    example="15550199",
    help="a number of yours, with its country code,",
    pattern=r"\+?[0-9]{6,15}",
)
VOICE: Final = "voice"  # the tail of the address that says how a call goes on
RINGING: Final = "voice/ringing"
ENDED: Final = "voice/ended"
PLIVO_XML: Final = Dialect(say="Speak", gather="GetDigits", no_finish="none")

_UNTAKEN: Final[Mapping[str, str]] = {
    "busy": "The line was busy.",
    "no-answer": "Nobody answered.",
    "timeout": "Nobody answered.",
    "cancel": "The call was cancelled.",
    "failed": "The call did not get through.",
}
_FOR_GOOD: Final = frozenset({"2000", "2010", "2040"})  # no such number, out of service, barred


class PlivoVoice:
    """Calls people from a number, and says what they hear."""

    declaration: ClassVar[Declaration] = Declaration(
        name="plivo_voice",
        label="Plivo Voice",
        kind=PHONE,
        settings=settings_with(CALLER),
        answers=True,
        checks=True,
        receipt_within=RECEIPT_WITHIN,
        tested="a stand-in over HTTP; signatures by Plivo's own library",
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
        fields = {
            "from": self._caller,
            "to": to.number.lstrip("+"),
            "answer_url": self._address(message.token),
            "ring_url": f"{self._account.callback}/{RINGING}",
            "hangup_url": f"{self._account.callback}/{ENDED}",
            "ring_timeout": RINGS_FOR,
            "time_limit": LASTS_FOR,
        } | _detection(to.extension)
        return await create(self._http, self._account, "Call", fields)

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand what a call has come to."""
        fields = self._account.heard(callback)
        tail = callback.tail.strip("/")
        if tail == VOICE:
            return heard_turn(_turn(callback))
        if tail not in {RINGING, ENDED}:
            raise Unheard(f"Plivo is to call /{VOICE}, /{RINGING} and /{ENDED}.")
        receipt = _receipt(fields, is_over=tail == ENDED)
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
            PLIVO_XML,
            parts_for(turn, upshots, message),
            language=message.language if message else "",
            action=self._address(turn.token),
            waits_for_beep=turn.taker == "machine" and not turn.key,
        )

    def _address(self, token: str) -> str:
        """Return where it is asked how the call about a message goes on."""
        return with_token(f"{self._account.callback}/{VOICE}", token)


def _detection(extension: str) -> dict[str, str]:
    """Listen for answering machines, unless keys must be pressed first."""
    if extension:
        return {"send_digits": tones(extension)}
    return {"machine_detection": "true"}


def _turn(callback: Callback) -> Turn:
    fields = fields_of(callback)
    call, token = _call(fields), token_in(callback)
    if not token or not call:
        raise Unheard("The call is none of ours.")
    return Turn(call=call, token=token, taker=_taker(fields), key=fields.get("Digits", ""))


def _call(fields: Mapping[str, str]) -> str:
    """Return how Plivo called the call when we asked for it."""
    return fields.get("RequestUUID") or fields.get("ALegRequestUUID", "")


def _taker(fields: Mapping[str, str]) -> Taker:
    """Tell people from machines; of a call where that was not listened for, nothing is known."""
    said = fields.get("Machine", "").lower()
    return "machine" if said == "true" else "human" if said == "false" else "unknown"


def _receipt(fields: Mapping[str, str], *, is_over: bool) -> Receipt | None:
    call, status = _call(fields), fields.get("CallStatus", "")
    if not call:
        return None
    if not is_over:
        return Receipt(provider_id=call, state="sent", detail=f"Plivo: {status}")
    if status == "completed":
        return over(call, _taker(fields))
    cause = fields.get("HangupCauseName") or fields.get("HangupCause", "")
    why = _UNTAKEN.get(status, _UNTAKEN["failed"])
    is_for_good = fields.get("HangupCauseCode") in _FOR_GOOD
    return untaken(call, f"{why} ({cause})" if cause else why, retry=not is_for_good)
