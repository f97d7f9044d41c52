"""Operations that the contract does not have.

What it keeps silent about is shown here, and what its clients ask for all the same is done.
"""

from typing import Final

OWN: Final = frozenset(
    {"deleteServiceIntegration", "getQuarantine", "listAlarms", "listQuarantine"}
)
