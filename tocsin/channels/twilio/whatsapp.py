"""WhatsApp by Twilio: an approved template with buttons, since WhatsApp carries nothing else."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final, Self

import httpx
import msgspec

from tocsin.channels.dialling import dialled
from tocsin.channels.texts.answers import heard_text
from tocsin.channels.texts.proof import PROOF
from tocsin.channels.tools import Tools
from tocsin.channels.twilio.account import Account, create, settings_with
from tocsin.channels.twilio.texts import (
    ELSEWHERE,
    INBOUND,
    STATUS,
    VALID_SECONDS,
    answered,
    heard_status,
)
from tocsin.domain.reaching.answer import DEEDS, Answer, Upshot
from tocsin.domain.reaching.channel import CalledAt, Checked, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import WHATSAPP, Field
from tocsin.domain.reaching.hearing import Callback, Heard, Reply, Unheard
from tocsin.domain.reaching.message import Message
from tocsin.kit.text import one_line

SENDER: Final = Field(
    name="sender",
    label="Sender",
    kind="text",
    example="+15550199",
    help="the number of a WhatsApp sender, with its country code,",
    pattern=r"\+[0-9]{6,15}",
)
# {{1}} is the text; quick replies have the IDs acknowledge:{{2}}, resolve:{{2}}, escalate:{{2}}.
_TEMPLATE: Final = "HX[0-9a-fA-F]{32}"
PAGES: Final = Field(
    name="page_template",
    label="Template for pages",
    kind="text",
    example="HX00000000000000000000000000000000 de:HX11111111111111111111111111111111",
    help="the content SID of a template, perhaps followed by those of other languages,",
    pattern=rf"{_TEMPLATE}( (en|de|fr|es|ja):{_TEMPLATE})*",
)
NOTICES: Final = Field(
    name="notice_template",
    label="Template for notices",
    kind="text",
    example="HX22222222222222222222222222222222",
    help="the same, without buttons; lacking it, notices reach only whoever wrote that day,",
    required=False,
    pattern=PAGES.pattern,
)
PREFIX: Final = "whatsapp:"
MOST_TEXT: Final = 800  # characters; a template has 1024


class TwilioWhatsapp:
    """Sends templates and hears buttons; each language may have a template of its own."""

    declaration: ClassVar[Declaration] = Declaration(
        name="twilio_whatsapp",
        label="Twilio WhatsApp",
        kind=WHATSAPP,
        settings=settings_with(SENDER, PAGES, NOTICES, PROOF),
        answers=True,
        checks=True,
        called_at=(
            CalledAt(
                where="Webhook URL for incoming messages",
                tail=f"/{INBOUND}",
                help="At the WhatsApp sender, by HTTP POST: lets people answer by WhatsApp."
                " Receipts need nothing.",
            ),
        ),
        receipt_within=VALID_SECONDS,
        tested="a stand-in over HTTP; signatures by Twilio's own library",
    )

    def __init__(
        self, http: httpx.AsyncClient, account: Account, settings: Mapping[str, str]
    ) -> None:
        self._http = http
        self._account = account
        self._sender = settings[SENDER.name]
        self._pages = settings[PAGES.name]
        self._notices = settings.get(NOTICES.name, "")
        self._proof = settings.get(PROOF.name, "")

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], callback: str) -> Self:
        """Make it."""
        return cls(tools.http, Account.of(settings, callback), settings)

    async def check(self) -> Checked:
        """Ask whose account it is."""
        return await self._account.check(self._http)

    async def send(self, message: Message, address: str) -> Delivery:
        """Send once."""
        fields = (
            ("To", f"{PREFIX}{dialled(address).number}"),
            ("From", f"{PREFIX}{self._sender}"),
            *self._content(message),
            ("ValidityPeriod", str(VALID_SECONDS)),
            ("StatusCallback", f"{self._account.callback}/{STATUS}"),
        )
        return await create(self._http, self._account, "Messages", fields)

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand a receipt, a button, or what somebody wrote."""
        fields = self._account.heard(callback)
        tail = callback.tail.strip("/")
        if tail == STATUS:
            return heard_status(fields, self._proof)
        if tail == INBOUND:
            return _heard(fields)
        raise Unheard(ELSEWHERE)

    def reply(
        self,
        callback: Callback,
        heard: Heard,
        upshots: Sequence[Upshot],
        message: Message | None,
    ) -> Reply:
        """Write back what came of an answer: within a day of it, WhatsApp carries any text."""
        return answered(upshots)

    def _content(self, message: Message) -> list[tuple[str, str]]:
        """Fill in a template; its text has no lines."""
        text = one_line(message.text, MOST_TEXT)
        templates = self._pages if message.deeds else self._notices
        if not templates:
            return [("Body", text)]
        variables = {"1": text} | ({"2": message.token} if message.deeds else {})
        return [
            ("ContentSid", _in_language(templates, message.language)),
            ("ContentVariables", msgspec.json.encode(variables).decode()),
        ]


def _in_language(templates: str, language: str) -> str:
    """Return the template of a language; the first is for those that have none."""
    first, *others = templates.split()
    return dict(other.split(":") for other in others).get(language, first)


def _heard(fields: Mapping[str, str]) -> Heard:
    """Understand a button by what it carries, and otherwise by what it says."""
    sender = fields.get("From", "").removeprefix(PREFIX)
    named, _, token = fields.get("ButtonPayload", "").partition(":")
    deed = next((deed for deed in DEEDS if deed == named), None)
    if deed is None:
        return heard_text(fields.get("ButtonText") or fields.get("Body", ""), sender)
    answer = Answer(deed=deed, token=token) if token else Answer(deed=deed, sender=sender)
    return Heard(answers=(answer,))
