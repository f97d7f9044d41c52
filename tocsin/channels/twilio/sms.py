"""SMS by Twilio: with receipts, and answers by SMS."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final, Self

import httpx

from tocsin.channels.dialling import dialled
from tocsin.channels.texts.answers import heard_text
from tocsin.channels.texts.proof import PROOF
from tocsin.channels.tools import Tools
from tocsin.channels.twilio.account import Account, create, settings_with
from tocsin.channels.twilio.texts import (
    ELSEWHERE,
    INBOUND,
    MOST_PARTS,
    STATUS,
    VALID_SECONDS,
    answered,
    heard_status,
)
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import CalledAt, Checked, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import SMS, Field
from tocsin.domain.reaching.hearing import Callback, Heard, Reply, Unheard
from tocsin.domain.reaching.message import Message
from tocsin.kit.sms import shortened
from tocsin.kit.text import printable

SENDER: Final = Field(
    name="sender",
    label="Sender",
    kind="text",
    example="+15550199",
    help="a number with its country code, a name of at most 11 letters (which nobody can answer),"
    " or the SID of a messaging service,",
    pattern=r"\+[0-9]{6,15}|[0-9]{3,8}|MG[0-9a-fA-F]{32}|[A-Za-z0-9 ]{1,11}",
)
_LENGTH_OF_SID: Final = 34  # of a service; no number and no name is as long


class TwilioSms:
    """Sends and hears SMS; ``proof`` says which receipt counts as delivered."""

    declaration: ClassVar[Declaration] = Declaration(
        name="twilio_sms",
        label="Twilio SMS",
        kind=SMS,
        settings=settings_with(SENDER, PROOF),
        answers=True,
        checks=True,
        called_at=(
            CalledAt(
                where="A message comes in",
                tail=f"/{INBOUND}",
                help="At the number or its messaging service, by HTTP POST: lets people answer by"
                " SMS. Receipts need nothing.",
            ),
        ),
        receipt_within=VALID_SECONDS,
        tested="a stand-in over HTTP; signatures by Twilio's own library",
    )

    def __init__(self, http: httpx.AsyncClient, account: Account, sender: str, proof: str) -> None:
        self._http = http
        self._account = account
        self._sender = sender
        self._proof = proof

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], callback: str) -> Self:
        """Make it."""
        account = Account.of(settings, callback)
        return cls(tools.http, account, settings[SENDER.name], settings.get(PROOF.name, ""))

    async def check(self) -> Checked:
        """Ask whose account it is."""
        return await self._account.check(self._http)

    async def send(self, message: Message, address: str) -> Delivery:
        """Send once. What Twilio cannot pass on at once must not arrive much later."""
        fields = (
            ("To", dialled(address).number),
            (_field_of(self._sender), self._sender),
            ("Body", shortened(printable(message.text), MOST_PARTS)),
            ("ValidityPeriod", str(VALID_SECONDS)),
            ("StatusCallback", f"{self._account.callback}/{STATUS}"),
        )
        return await create(self._http, self._account, "Messages", fields)

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand a receipt, or what somebody wrote."""
        fields = self._account.heard(callback)
        tail = callback.tail.strip("/")
        if tail == STATUS:
            return heard_status(fields, self._proof)
        if tail == INBOUND:
            return heard_text(fields.get("Body", ""), fields.get("From", ""))
        raise Unheard(ELSEWHERE)

    def reply(
        self,
        callback: Callback,
        heard: Heard,
        upshots: Sequence[Upshot],
        message: Message | None,
    ) -> Reply:
        """Write back what came of an answer."""
        return answered(upshots)


def _field_of(sender: str) -> str:
    return "MessagingServiceSid" if len(sender) == _LENGTH_OF_SID else "From"
