"""What tools call the severities, in their own words."""

from typing import Final

from tocsin.domain.intake.event import Severity

_WORDS: Final[dict[Severity, str]] = {
    "critical": "critical crit fatal emergency emerg disaster page high urgent down p1 sev0 sev1",
    "error": "error err major alarm alert average failure failed p2 sev2",
    "warning": "warning warn minor medium degraded p3 sev3",
    "info": "info information informational notice debug low none ok p4 p5 sev4 sev5",
}
SEVERITY_OF_WORD: Final[dict[str, Severity]] = {
    word: severity for severity, words in _WORDS.items() for word in words.split()
}


def severity_of(word: str, otherwise: Severity) -> Severity:
    """Return the severity that a tool means; ``otherwise`` if it says nothing that is known."""
    return SEVERITY_OF_WORD.get(word.strip().lower(), otherwise)
