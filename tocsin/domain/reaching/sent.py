"""What was handed to a channel: kept, so that receipts and answers find what they are about."""

from datetime import datetime

import msgspec

from tocsin.domain.reaching.answer import Deed
from tocsin.domain.reaching.failover import Trail
from tocsin.domain.reaching.hearing import ReceiptState
from tocsin.domain.reaching.message import Message, MessageKind


class About(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An incident that a page was about, on which course, and how it was tried before."""

    incident_id: str
    generation: int
    trail: Trail = Trail()


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A message to one address. ``provider_ref`` is the name that its provider gave it.

    ``channel`` is the kind of contact method, ``provider_id`` empty for a channel that needs no
    provider. ``receipt`` is the furthest that it is known to have come. ``pages`` are what another
    message makes good if this one does not arrive. ``classes`` are the kinds of incidents it tells
    of: in a storm, the first of each never waits.
    """

    id: str
    at: datetime
    kind: MessageKind
    channel: str
    user_id: str
    contact_method_id: str | None
    address: str
    incident_ids: tuple[str, ...]
    body: Message
    pages: tuple[About, ...] = ()
    classes: tuple[str, ...] = ()
    provider_id: str = ""
    provider_ref: str | None = None
    receipt: ReceiptState | None = None
    receipt_at: datetime | None = None
    receipt_detail: str = ""
    answered_at: datetime | None = None
    answer: Deed | None = None
