"""The postbox: takes mail that comes back, and hands on what it says."""

import email
import email.errors
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.policy import EmailPolicy
from typing import Any, Final

import structlog

from tocsin.channels import answering
from tocsin.channels.mail_back import (
    Recipient,
    is_by_machine,
    mark_of,
    read_recipient,
    read_report,
    words_of,
)
from tocsin.domain.reaching.answer import Answer
from tocsin.kit.listening import bound
from tocsin.kit.smtp_in import MailReceiver
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.house import House
from tocsin.usecases.reaching import mail_answers
from tocsin.usecases.reaching.answer_tokens import message_of, token_of

MOST_READ: Final = 200_000  # bytes: what people write, and what servers report, stands above
MOST_PARTS: Final = 100
DEEPEST: Final = 20  # parts within parts
LONGEST_HEADER: Final = 300  # characters of each

log = structlog.get_logger(__name__)


class Postbox:
    """Knows which addresses of its ``domain`` are ours, and reads what is sent to them."""

    def __init__(self, house: House, domain: str) -> None:
        self._house = house
        self._domain = domain

    def wants(self, address: str) -> bool:
        """Say whether an address is ours; nobody can guess one."""
        match read_recipient(address, self._domain):
            case Recipient("answer", token):
                return message_of(self._house, token) is not None
            case Recipient("bounce", name):
                id_, _, mark = name.partition(".")
                right = mark_of(token_of(self._house, id_))
                return hmac.compare_digest(mark.encode(), right.encode())
        return False

    async def take(self, address: str, content: bytes) -> bool:
        """Read one mail; False while the database is away: the sender tries again."""
        recipient = read_recipient(address, self._domain)
        mail = _parsed(content)
        if recipient is None or mail is None:
            return True
        try:
            if recipient.purpose == "answer":
                await self._answer(recipient.name, mail)
            else:
                await self._bounce(recipient.name.partition(".")[0], mail)
        except DatabaseAway:
            return False
        return True

    async def _answer(self, token: str, mail: EmailMessage) -> None:
        if is_by_machine(mail):
            log.info("mail.by_machine", subject=str(mail.get("Subject", ""))[:100])
            return
        said = answering.read(words_of(mail))
        answer = Answer(deed=said.deed, number=said.number, token=token) if said else None
        await mail_answers.answer(self._house, token, answer, self._house.clock())

    async def _bounce(self, message_id: str, mail: EmailMessage) -> None:
        if receipt := read_report(mail):
            await mail_answers.bounce(self._house, message_id, receipt, self._house.clock())


@asynccontextmanager
async def receiving(
    house: House, domain: str, address: tuple[str, int] | None
) -> AsyncIterator[None]:
    """Take mail while the block runs, where an address to listen on is given. Raises AddressError.

    Names in its domain alone are known, so nothing passes through to anybody else.
    """
    if address is None:
        yield
        return
    postbox = Postbox(house, domain)
    receiver = MailReceiver(domain, postbox.wants, postbox.take)
    with bound(*address) as sockets:
        async with receiver.listening(sockets):
            yield


class _Brief(EmailPolicy):
    """Reads the beginning of each header: what it takes to read one grows with its square."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, Any]:
        """Return the name and the value of a header."""
        name, value = super().header_source_parse(sourcelines)
        return name, value[:LONGEST_HEADER]


_BRIEF: Final = _Brief()


def _parsed(content: bytes) -> EmailMessage | None:
    """Read a mail, however it is broken; None if nothing can be made of it."""
    content = content[:MOST_READ]
    if content.count(b"\n--") > MOST_PARTS or content.lower().count(b"multipart/") > DEEPEST:
        return None
    try:
        mail = email.message_from_bytes(content, policy=_BRIEF)
    except (email.errors.MessageError, ValueError, LookupError, RecursionError):
        return None
    return mail if isinstance(mail, EmailMessage) else None
