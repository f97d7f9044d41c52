"""Operations that the contract does not have: what it keeps silent about is shown here."""

from typing import Final

OWN: Final = frozenset({"getQuarantine", "listAlarms", "listQuarantine"})
