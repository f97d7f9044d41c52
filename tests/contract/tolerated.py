"""Where the contract contradicts its own examples or its clients: the place in the answer, why."""

from typing import Final

TOLERATED: Final[dict[str, dict[str, str]]] = {
    "getVendor": {"$.vendor": "Described as a list; every client reads one object."},
}
