"""Proof: which receipt counts as delivered, since many carriers never tell of the last step."""

from typing import Final

from tocsin.domain.reaching.contact_kind import Field
from tocsin.domain.reaching.hearing import ReceiptState

PROOF: Final = Field(
    name="counts_when",
    label="A message counts as delivered",
    kind="choice",
    example="",
    help="Until it counts, other ways are tried. Many carriers never confirm that a message has"
    " reached the telephone.",
    choices=(
        ("delivered", "Once the telephone has it"),
        ("sent", "Once the carrier has taken it"),
    ),
    required=False,
)


def counted(state: ReceiptState, proof: str) -> ReceiptState:
    """Return what a state counts as, for an administrator who chose a ``proof``."""
    return "delivered" if state == proof == "sent" else state
