"""Tellers: who tells what became of a mail after its server took it, and by which name."""

from datetime import datetime
from email.message import EmailMessage
from typing import ClassVar, Final

from tocsin.channels.mail_back import COMPLAINT
from tocsin.domain.reaching.hearing import Callback, Forged, Heard, Receipt
from tocsin.kit.text import one_line

MARK: Final = "tocsin"  # under which a mail bears the id of its message
NOBODY: Final = "No service that tells of bounces is set up for this mail server."
MOST_TOLD: Final = 300  # characters


class Teller:
    """A mail server that calls nobody: its bounces are mails, and go where the envelope says."""

    takes_bounces: ClassVar[bool] = False  # whether it wants mails that bounce for itself

    def mark(self, mail: EmailMessage, message_id: str) -> None:
        """Write on a mail what it takes to find its message again."""

    def name_of(self, mail: EmailMessage, _message_id: str, _answer: str) -> str:
        """Return what a mail is called by whoever tells of it; a server took it with an answer."""
        return str(mail["Message-ID"])

    async def prepare(self, callback: Callback, now: datetime) -> None:
        """Fetch what it takes to check who calls."""

    def hear(self, _callback: Callback, _now: datetime) -> Heard:
        """Check who calls and understand what became of a mail. Raises Forged and Unheard."""
        raise Forged(NOBODY)

    def done(self, callback: Callback, now: datetime) -> None:
        """Know that what was told has been written down."""

    async def finish(self, callback: Callback) -> None:
        """Do what a call asks for after its answer."""


SILENT: Final = Teller()


def handed_on(reference: str, service: str) -> Heard:
    """Return that the recipient's mail server took a mail: it may still return it."""
    detail = f"{service}: the recipient's mail server took it."
    return Heard(receipts=(Receipt(provider_id=reference, state="sent", detail=detail),))


def complained(reference: str) -> Heard:
    """Return that a mail arrived where nobody will see it."""
    return Heard(receipts=(Receipt(provider_id=reference, state="failed", detail=COMPLAINT),))


def returned(reference: str, service: str, said: str, *, is_lasting: bool) -> Heard:
    """Return that a mail did not arrive; ``is_lasting`` says that none will at this address."""
    detail = one_line(f"{service}: {said or 'it was not delivered'}", MOST_TOLD)
    receipt = Receipt(provider_id=reference, state="failed", detail=detail, retry=not is_lasting)
    return Heard(receipts=(receipt,))
