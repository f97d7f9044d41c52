"""What a use case can answer instead of doing what it was asked; every face has its own words."""

from tocsin.domain.response.command import Refused
from tocsin.store.database import DatabaseAway

__all__ = [
    "Arguments",
    "Complaint",
    "Conflict",
    "DatabaseAway",
    "Forbidden",
    "Invalid",
    "NotFound",
    "PaymentRequired",
    "Refused",
    "TooMany",
]


class Complaint(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """What the caller must hear, in one sentence or several."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = sentences


class Invalid(Complaint):
    """What was sent breaks a rule of the thing it describes."""


class Arguments(Complaint):
    """What was sent is well-formed, and cannot be done: it names something that is not there."""


class Forbidden(Complaint):
    """The caller is known, and may not do this."""


class PaymentRequired(Complaint):
    """The account lacks the ability."""


class Conflict(Complaint):
    """It contradicts what is stored now."""


class TooMany(Complaint):
    """More things at once than one request may hold."""


class NotFound(Complaint):
    """There is no such thing, or no longer."""

    def __init__(self, kind: str, id_: str) -> None:
        super().__init__(f"{kind} {id_} was not found.")
