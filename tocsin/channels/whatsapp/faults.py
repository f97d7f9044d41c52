"""Codes of WhatsApp's Cloud API: whose fault it is, and whether another try helps."""

from typing import Final

# The account, its rights, its credit, or its templates: whoever is addressed.
OURS: Final = frozenset(
    {0, 3, 10, 190, 368, 131005, 131031, 131042, 131045, 133010}
    | set(range(200, 300))
    | set(range(132000, 132017))
)
PERMANENT: Final = frozenset(
    {
        131021,  # the sender itself
        131026,  # no WhatsApp there, or one that is too old
        131030,  # not among the numbers of a trial
        131047,  # wrote nothing for a day, and this was no template
        131050,  # wants no such messages
    }
)


def is_our_fault(code: int) -> bool:
    """Say whether nobody could be reached."""
    return code in OURS


def may_do_better(code: int) -> bool:
    """Say whether the same number may do better later; what is new to us may."""
    return code not in OURS and code not in PERMANENT
