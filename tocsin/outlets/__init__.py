"""The places that hear of violations: one file for each kind of notification channel."""

from types import ModuleType
from typing import Final

OUTLETS: Final[tuple[ModuleType, ...]] = ()
