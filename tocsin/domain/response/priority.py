"""Priorities: how much an incident matters, the most severe first."""

from typing import Final

import msgspec


class Priority(msgspec.Struct, frozen=True):
    """A step of the scale."""

    id: str
    name: str
    description: str


PRIORITIES: Final = (
    Priority("PSLWBL8", "P1", "A crisis that the public and the management must hear of"),
    Priority("P53ZZH5", "P2", "Many customers are kept from what they came for"),
    Priority("PGE9YCZ", "P3", "Some customers notice; the owners of the service look at once"),
    Priority("PVJPWYW", "P4", "To be mended soon, although no customer notices"),
    Priority("P81SUUT", "P5", "A blemish, to be mended at leisure"),
)
PRIORITY_OF_ID: Final = {priority.id: priority for priority in PRIORITIES}
