"""Browsers: what they say of themselves, in the words of people."""

import re
from typing import Final

UNKNOWN: Final = "Unknown browser"

# The first that fits: many say that they are others as well.
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_PROGRAM: Final = re.compile(r"(?!Mozilla/)([A-Za-z][\w.-]{0,40})/")


def browser(user_agent: str) -> str:
    """Name a browser and the system on which it runs."""
    known = _first(_BROWSERS, user_agent) or _program(user_agent)
    system = _first(_SYSTEMS, user_agent)
    return f"{known or UNKNOWN} on {system}" if system else known or UNKNOWN


def _first(names: tuple[tuple[str, str], ...], user_agent: str) -> str:
    return next((name for mark, name in names if mark in user_agent), "")


def _program(user_agent: str) -> str:
    match = _PROGRAM.match(user_agent)
    return match[1] if match else ""
