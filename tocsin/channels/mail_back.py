"""Mail that comes back to us: what people reply, and what mail servers say of what we sent."""

import hashlib
from collections.abc import Iterator
from email.message import EmailMessage, Message
from typing import Final, Literal

import msgspec
from bs4 import BeautifulSoup
from bs4.exceptions import ParserRejectedMarkup

from tocsin.domain.reaching.hearing import Receipt
from tocsin.kit.text import one_line

ANSWERS: Final = "ack+"
BOUNCES: Final = "bounce+"
MARK: Final = 24  # letters that prove that an address is one of ours
MOST_PARTS: Final = 30
MOST_HTML: Final = 100_000  # characters of a page; what a person wrote stands above
MOST_TOLD: Final = 300
COMPLAINT: Final = "The recipient's mail service took it for spam."

# What these say of an address may be over in an hour: a full mailbox, a name that is not found.
_TEMPORARY: Final = frozenset({"5.2.2", "5.4.4"})
_BY_MACHINES: Final = frozenset({"bulk", "junk", "list", "auto_reply"})


class Recipient(msgspec.Struct, frozen=True):
    """To what an address of ours belongs: ``name`` is a token, or a message's id with its mark."""

    purpose: Literal["answer", "bounce"]
    name: str


def answer_address(token: str, domain: str) -> str:
    """Return where whoever received a message may reply."""
    return f"{ANSWERS}{token}@{domain}"


def bounce_address(token: str, domain: str) -> str:
    """Return where mail servers say that they cannot deliver a message.

    They write it into their logs: it proves nothing but that they have seen the message.
    """
    return f"{BOUNCES}{token.partition('.')[0]}.{mark_of(token)}@{domain}"


def mark_of(token: str) -> str:
    """Return what only who knows a token can make, and what tells nothing of it."""
    return hashlib.sha256(f"bounce {token}".encode()).hexdigest()[:MARK]


def read_recipient(address: str, domain: str) -> Recipient | None:
    """Say what an address belongs to, None if it is none of these."""
    name, _, where = address.rpartition("@")
    if where.lower() != domain.lower():
        return None
    if name.startswith(ANSWERS):
        return Recipient("answer", name.removeprefix(ANSWERS))
    return Recipient("bounce", name.removeprefix(BOUNCES)) if name.startswith(BOUNCES) else None


def is_by_machine(mail: EmailMessage) -> bool:
    """Say whether no person has written it: who is away, what was not delivered, a list."""
    automatic = _word(mail, "Auto-Submitted")
    return (
        automatic not in {"", "no"}
        or _word(mail, "Precedence") in _BY_MACHINES
        or mail.get_content_type() == "multipart/report"
        or "X-Autoreply" in mail
        or "List-Id" in mail
    )


def words_of(mail: EmailMessage) -> str:
    """Return what somebody wrote, the message that they answer included."""
    part = mail.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, UnicodeError):  # letters that nobody knows
        return ""
    if part.get_content_subtype() != "html":
        return text
    try:
        page = BeautifulSoup(text[:MOST_HTML], "html.parser")
    except ParserRejectedMarkup:
        return ""
    for quoted in page(["blockquote", "style", "head"]):
        quoted.decompose()
    return page.get_text("\n")


def read_report(mail: EmailMessage) -> Receipt | None:
    """Return what a mail server reports, None if it is no report or no news."""
    if mail.get_content_type() != "multipart/report":
        return None
    for part in _parts(mail):
        kind = part.get_content_type()
        if kind == "message/feedback-report":
            return Receipt(provider_id="", state="failed", detail=COMPLAINT)
        if kind == "message/delivery-status":
            return _delivery_status(part)
    return None


def _delivery_status(report: Message) -> Receipt | None:
    """Read what RFC 3464 writes: a part about the message, then one for each recipient."""
    groups = report.get_payload()
    for group in groups if isinstance(groups, list) else ():
        if isinstance(group, Message) and (action := _word(group, "Action")):
            return _of_recipient(group, action)
    return None


def _of_recipient(group: Message, action: str) -> Receipt | None:
    if action == "delivered":
        return Receipt(provider_id="", state="delivered")
    if action != "failed":
        return None
    status = _word(group, "Status")
    told = str(group.get("Diagnostic-Code", "")).partition(";")[2].strip()
    is_temporary = not status.startswith("5.") or status in _TEMPORARY
    detail = one_line(f"{status} {told}", MOST_TOLD) or "It was not delivered."
    return Receipt(provider_id="", state="failed", detail=detail, retry=is_temporary)


def _parts(mail: EmailMessage) -> Iterator[Message]:
    for count, part in enumerate(mail.walk()):
        if count > MOST_PARTS:
            break
        yield part


def _word(mail: Message, header: str) -> str:
    """Return the first word of a header, in small letters."""
    words = str(mail.get(header, "")).replace(";", " ").split()
    return words[0].lower() if words else ""
