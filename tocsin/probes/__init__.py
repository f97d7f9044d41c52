"""The ways to look at something: one file for each kind of monitor, and this is all of them."""

from collections.abc import Mapping
from types import ModuleType
from typing import Final

PROBES: Final[tuple[ModuleType, ...]] = ()
PROBE_OF: Final[Mapping[str, ModuleType]] = {}
