"""Status updates: what people who do not respond are told of an incident, and who they are."""

from datetime import datetime
from typing import Literal

import msgspec

SubscriberType = Literal["user", "team"]


class StatusUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """A text for subscribers; mails show ``subject`` and ``html_message`` instead, if given.

    It has the id of its log entry, by which webhooks name it.
    """

    id: str
    incident_id: str
    sender_id: str
    message: str
    subject: str | None = None
    html_message: str | None = None
    created_at: datetime


class Subscriber(msgspec.Struct, frozen=True):
    """A person, or everybody on a team."""

    type: SubscriberType
    id: str
