"""E-mail: a page as text and HTML, with the incident's thread, handed to the mail server."""

from collections.abc import Mapping
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import partial
from typing import Any, ClassVar, Final, Self

import aiosmtplib
import jinja2
from msgspec.structs import replace

from tocsin.channels.mail_back import answer_address, bounce_address
from tocsin.channels.mail_services.teller import SILENT, Teller
from tocsin.channels.tools import Tools
from tocsin.domain.details import written_out
from tocsin.domain.local_times import local_time
from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import EMAIL
from tocsin.domain.reaching.labels import labels_of
from tocsin.domain.reaching.letter import Letter
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.phrases import phrase
from tocsin.kit.smtp import MailServer
from tocsin.kit.text import one_line, printable

MOST_DETAILS: Final = 2000  # characters
MOST_SUBJECT: Final = 200
MAILBOX_FULL: Final = 552
OF_ADDRESS: Final = ("5.1.", "5.2.")  # begins what RFC 3463 lets servers say of an address,
OF_US: Final = "5.7."  # and what it lets them say of whoever sends
PAGES: Final = ("page", "copy")  # are told in full; anything else is a sentence or two
BUTTONS: Final = ("confirm", "acknowledge", "resolve", "join", "decline")
NO_ADDRESS: Final = Delivery(ok=False, detail="This is not an e-mail address.")
_ENDS: Final = frozenset(" <>,;")  # what would end the address in a header or an envelope


class Email:
    """Writes mails and hands them to a mail server."""

    declaration: ClassVar[Declaration] = Declaration(
        name="email",
        label="Mail server of the settings",
        kind=EMAIL,
        answers=True,
        tested="a real SMTP server",
    )

    def __init__(
        self, server: MailServer, domain: str = "", *, sender: str = "", teller: Teller = SILENT
    ) -> None:
        """Answers and bounces come back to the ``domain``, if there is one.

        ``sender`` stands where this server takes no other, ``teller`` tells of bounces.
        """
        self._server = server
        self._domain = domain
        self._sender = sender
        self._teller = teller

    @classmethod
    def make(cls, tools: Tools, _settings: Mapping[str, str], _callback: str) -> Self | None:
        """Make it if there is a mail server."""
        return cls(tools.mail, tools.mail_domain) if tools.mail else None

    async def send(self, message: Message, address: str) -> Delivery:
        """Hand the mail over once."""
        if not _is_address(address):
            return NO_ADDRESS
        sender = self._sender or message.sender
        mail = write(replace(message, sender=sender), address, can_reply=bool(self._domain))
        self._teller.mark(mail, message.id)
        if self._domain and message.token:
            if message.deeds:
                mail["Reply-To"] = answer_address(message.token, self._domain)
            if not self._teller.takes_bounces:
                sender = bounce_address(message.token, self._domain)
        delivery = await self._hand_over(mail, sender, address)
        if not delivery.ok:
            return delivery
        name = self._teller.name_of(mail, message.id, delivery.detail)
        return replace(delivery, provider_id=name)

    async def post(self, letter: Letter) -> Delivery:
        """Hand the mail over once."""
        if not _is_address(letter.address):
            return NO_ADDRESS
        sender = self._sender or letter.sender
        mail = write_letter(replace(letter, sender=sender))
        return await self._hand_over(mail, sender, letter.address)

    async def _hand_over(self, mail: EmailMessage, sender: str, address: str) -> Delivery:
        try:
            answer = await self._server.send(mail, sender=parseaddr(sender)[1], recipient=address)
        except aiosmtplib.SMTPRecipientsRefused as error:
            [refusal] = error.recipients
            return _refused(refusal, is_of_address=not refusal.message.startswith(OF_US))
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error, is_of_address=error.message.startswith(OF_ADDRESS))
        except aiosmtplib.SMTPNotSupported as error:
            return Delivery(ok=False, detail=one_line(str(error), 500))
        except (aiosmtplib.SMTPException, OSError) as error:
            return Delivery(ok=False, detail=one_line(str(error), 500), retry=True)
        return Delivery(ok=True, detail=answer, provider_id=str(mail["Message-ID"]))


def write(message: Message, address: str, *, can_reply: bool = False) -> EmailMessage:
    """Return the mail that a message becomes; ``can_reply`` says that replies are read."""
    mail = _addressed(
        f"{message.kind}.{message.id}", message.sender, message.recipient, address, message.at
    )
    domain = parseaddr(message.sender)[1].rpartition("@")[2]
    subject = message.notice.subject or message.title or message.headline
    mail["Subject"] = one_line(f"[Tocsin] {subject}", MOST_SUBJECT)
    if len(message.incidents) == 1:  # a mail about several would tie their threads together
        thread = f"<incident.{message.incidents[0].id}@{domain}>"
        mail["In-Reply-To"] = mail["References"] = thread
    if any(incident.urgency == "high" for incident in message.incidents):
        mail["Importance"] = "high"
    is_page = message.kind in PAGES
    labels = labels_of(message)
    page = {
        "message": message,
        "is_page": is_page,
        "incidents": message.incidents,
        "say": partial(phrase, language=message.language),
        "buttons": {deed: labels[deed] for deed in BUTTONS if deed in labels},
        "can_reply": can_reply and "acknowledge" in message.deeds,
    }
    kind = "page" if is_page else "notice"
    if message.short:
        mail.set_content(_render("short.txt", page))
    else:
        mail.set_content(_render(f"{kind}.txt", page))
        html = message.notice.html or _render(f"{kind}.html", page)
        mail.add_alternative(html, subtype="html")
    return mail


def write_letter(letter: Letter) -> EmailMessage:
    """Return the mail that a letter becomes."""
    mail = _addressed(
        f"{letter.words.about}.{letter.id}",
        letter.sender,
        letter.recipient,
        letter.address,
        letter.at,
    )
    mail["Subject"] = one_line(f"[Tocsin] {letter.words.subject}", MOST_SUBJECT)
    page = {"letter": letter, "words": letter.words}
    mail.set_content(_render("letter.txt", page))
    mail.add_alternative(_render("letter.html", page), subtype="html")
    return mail


def told_time(at: datetime, message: Message) -> str:
    """Write an instant as the recipient's clock shows it, and name the zone of the clock."""
    return f"{local_time(at, message.time_zone, message.language)} ({message.time_zone})"


def _addressed(name: str, sender: str, recipient: str, address: str, at: datetime) -> EmailMessage:
    """Begin a mail that nobody's machine should answer; ``name`` is unique within our domain."""
    called, mailbox = parseaddr(sender)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _mailbox(called or "Tocsin", mailbox)
    mail["To"] = _mailbox(one_line(recipient, 100), address)
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{name}@{mailbox.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    return mail


def _is_link(href: str) -> bool:
    return href.startswith(("https://", "http://"))


def _is_address(address: str) -> bool:
    name, at, domain = address.rpartition("@")
    return bool(name and at and domain) and address.isprintable() and not _ENDS & set(address)


def _mailbox(name: str, address: str) -> Address:
    user, _, domain = address.rpartition("@")
    return Address(name, user, domain)


def _refused(error: aiosmtplib.SMTPResponseException, *, is_of_address: bool) -> Delivery:
    """Try again what is temporary by its code; a full mailbox is, whatever its code says.

    What is not said of the address is said of us: of our password, our sender, our mail.
    """
    retry = error.code < 500 or error.code == MAILBOX_FULL
    return Delivery(
        ok=False,
        detail=one_line(f"{error.code} {error.message}", 500),
        retry=retry,
        is_our_fault=not (retry or is_of_address),
    )


def _render(template: str, values: dict[str, Any]) -> str:
    return printable(_TEMPLATES.get_template(template).render(values))


_TEMPLATES: Final = jinja2.Environment(
    loader=jinja2.PackageLoader("tocsin.channels"),
    autoescape=jinja2.select_autoescape(["html"]),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {
    "told_time": told_time,
    "written_out": partial(written_out, most=MOST_DETAILS),
}
_TEMPLATES.tests["link"] = _is_link
