"""Regular expressions that people give: matched without backtracking, so that none takes long."""

from typing import Final

import re2

LONGEST: Final = 300  # characters of a pattern
MOST_SEARCHED: Final = 4000  # characters of a text; with both, even the worst takes 0.1 seconds
_MOST_MEMORY: Final = 64 * 1024  # bytes of what a pattern becomes


class PatternError(ValueError):
    """The text is no regular expression that is taken; the message says why."""


class Pattern:
    """A regular expression. It knows no look-around and no references back to its groups."""

    def __init__(self, text: str) -> None:
        """Read it. Raises PatternError."""
        if len(text) > LONGEST:
            raise PatternError(f"more than {LONGEST} characters")
        options = re2.Options()
        options.log_errors = False
        options.max_mem = _MOST_MEMORY
        try:
            self._compiled = re2.compile(text, options)
        except re2.error as error:
            raise PatternError(error.args[0].decode("utf-8", "replace")) from None

    def find(self, text: str) -> tuple[str, ...] | None:
        """Return the groups where it is found first, blank ones for those that take no part."""
        found = self._compiled.search(text[:MOST_SEARCHED])
        return None if found is None else tuple(group or "" for group in found.groups())
