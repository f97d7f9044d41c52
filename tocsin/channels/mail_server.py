"""Mail servers that administrators set up, and the mail services that tell what bounced there."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Final, Self

import aiosmtplib
import httpx

from tocsin.channels.asking import Undelivered
from tocsin.channels.checking import MOST_TOLD, checked
from tocsin.channels.email import Email
from tocsin.channels.mail_services.mailgun import Mailgun
from tocsin.channels.mail_services.postmark import KEY_HEADER, Postmark
from tocsin.channels.mail_services.ses import Ses
from tocsin.channels.mail_services.teller import SILENT, Teller
from tocsin.channels.mail_services.topic import ARN
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import CalledAt, Checked, Declaration, Delivery
from tocsin.domain.reaching.contact_kind import EMAIL, Field
from tocsin.domain.reaching.hearing import Callback, Heard, Reply
from tocsin.domain.reaching.letter import Letter
from tocsin.domain.reaching.message import Message
from tocsin.kit.clock import Clock
from tocsin.kit.smtp import MailServer
from tocsin.kit.text import one_line

_STARTTLS: Final[Mapping[str, str]] = {"offered": "offered", "none": "never"}
_PORT: Final = (
    r"[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
)
_SYNTAX: Final = r'@<>"(),:;\\\[\]'  # what means something in a header of addresses
_MAILBOX: Final = rf"[^{_SYNTAX}\s]+@[^{_SYNTAX}\s]+"
_SETTINGS: Final = (
    Field(
        name="host",
        label="Server",
        kind="text",
        example="smtp.example.com",
        help="the name or the address of the mail server",
        pattern=r"[^\s:/@\[\]]{1,253}|[0-9A-Fa-f:.]{2,45}",
        is_host=True,
    ),
    Field(
        name="port",
        label="Port",
        kind="text",
        example="587",
        help="a number, mostly 587 or 465,",
        pattern=_PORT,
    ),
    Field(
        name="encryption",
        label="Encryption",
        kind="choice",
        example="starttls",
        choices=(
            ("starttls", "STARTTLS (mostly port 587)"),
            ("tls", "TLS from the first byte (mostly port 465)"),
            ("offered", "STARTTLS if the server offers it, whoever it is"),
            ("none", "None"),
        ),
    ),
    Field(name="user", label="User", kind="text", example="oncall", required=False),
    Field(name="password", label="Password", kind="secret", example="", required=False),
    Field(
        name="sender",
        label="Sender",
        kind="text",
        example="On call <oncall@example.com>",
        help="an address, or a name and an address, if the server takes no mail from the sender of"
        " the settings,",
        required=False,
        pattern=rf"[^{_SYNTAX}\r\n]*<{_MAILBOX}>|{_MAILBOX}",
    ),
    Field(
        name="bounces",
        label="Who tells of bounces",
        kind="choice",
        example="none",
        help="Mail services keep mails that bounce, and call us instead.",
        choices=(
            ("none", "Nobody calls: they come back as mails"),
            ("ses", "Amazon SES"),
            ("mailgun", "Mailgun"),
            ("postmark", "Postmark"),
        ),
    ),
    Field(
        name="topic",
        label="Topic of Amazon SNS",
        kind="text",
        example="arn:aws:sns:eu-central-1:123456789012:bounces",
        help="For Amazon SES: the ARN of the topic, of which nothing else is believed.",
        required=False,
        needed_by=(("bounces", "ses"),),
        pattern=ARN.pattern,
    ),
    Field(
        name="bounces_key",
        label="Key of Mailgun or Postmark",
        kind="secret",
        example="correct-horse-battery-staple",
        help="For Mailgun: the HTTP webhook signing key. For Postmark: at least 12 letters and"
        " digits by chance, which you enter there as well.",
        required=False,
        needed_by=(("bounces", "mailgun"), ("bounces", "postmark")),
        pattern=r"\S{12,200}",
    ),
)


class SmtpServer:
    """Carries mails and letters to one server, and hears what ``teller`` understands of them."""

    declaration: ClassVar[Declaration] = Declaration(
        name="smtp",
        label="Mail server",
        kind=EMAIL,
        settings=_SETTINGS,
        answers=True,
        checks=True,
        called_at=(
            CalledAt(
                where="Bounces and complaints",
                help="Only if a mail service tells of them. Amazon SES: an HTTPS subscription of"
                " the topic, without raw delivery. Mailgun: the webhooks for permanent failures,"
                " spam complaints and delivered mails. Postmark: a webhook for bounces, spam"
                " complaints and deliveries, with the key as the password of basic authentication"
                f" or in a header {KEY_HEADER}.",
            ),
        ),
        tested="a real SMTP server; services by signed calls, made from their documentation",
    )

    def __init__(self, server: MailServer, mails: Email, teller: Teller, clock: Clock) -> None:
        self._server = server
        self._mails = mails
        self._teller = teller
        self._clock = clock

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        encryption = settings["encryption"]
        server = MailServer(
            host=settings["host"],
            port=int(settings["port"]),
            username=settings.get("user") or None,
            password=settings.get("password") or None,
            tls=encryption == "tls",
            starttls=_STARTTLS.get(encryption, "always"),
            outbound=tools.outbound,
        )
        teller = _teller_of(tools.http, settings)
        sender = settings.get("sender", "")
        mails = Email(server, tools.mail_domain, sender=sender, teller=teller)
        return cls(server, mails, teller, tools.clock)

    async def check(self) -> Checked:
        """Greet the server and log in, and send nothing."""
        return await checked(self._server.host, "us", self._greet())

    async def send(self, message: Message, address: str) -> Delivery:
        """Hand the mail over once."""
        return await self._mails.send(message, address)

    async def post(self, letter: Letter) -> Delivery:
        """Hand the mail over once."""
        return await self._mails.post(letter)

    async def prepare(self, callback: Callback, now: datetime) -> None:
        """Fetch what it takes to check who calls."""
        await self._teller.prepare(callback, now)

    def hear(self, callback: Callback, now: datetime) -> Heard:
        """Understand what became of a mail. Raises Forged and Unheard."""
        return self._teller.hear(callback, now)

    def reply(
        self,
        callback: Callback,
        _heard: Heard,
        _upshots: Sequence[Upshot],
        _message: Message | None,
    ) -> Reply:
        """Take it: it has been written down by now."""
        self._teller.done(callback, self._clock())
        return Reply(status=200)

    async def finish(self, callback: Callback, _heard: Heard, _upshots: Sequence[Upshot]) -> None:
        """Do what the call asks for besides."""
        await self._teller.finish(callback)

    async def close(self) -> None:
        """Close the connections to the server."""
        await self._server.close()

    async def _greet(self) -> str:
        try:
            user = await self._server.greet()
        except aiosmtplib.SMTPResponseException as error:
            detail = one_line(f"{error.code} {error.message}", MOST_TOLD)
            raise Undelivered(Delivery(ok=False, detail=detail, retry=error.code < 500)) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            is_for_good = isinstance(error, aiosmtplib.SMTPNotSupported)
            detail = one_line(str(error), MOST_TOLD)
            raise Undelivered(Delivery(ok=False, detail=detail, retry=not is_for_good)) from error
        return f"lets us in as {user}" if user else "answers, and asks for no password"


def _teller_of(http: httpx.AsyncClient, settings: Mapping[str, str]) -> Teller:
    """Return who tells of bounces; what lacks its key or its topic believes nobody."""
    key = settings.get("bounces_key", "")
    match settings.get("bounces"):
        case "ses":
            return Ses(http, settings.get("topic", ""))
        case "mailgun":
            return Mailgun(key)
        case "postmark":
            return Postmark(key)
    return SILENT
