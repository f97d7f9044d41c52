"""Phrases: what telephones, messages and buttons say, in every language that they speak."""

import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

from tocsin.domain.reaching.phrasebook import (
    answer_page,
    buttons,
    chats,
    commands,
    lines,
    mail,
    notices,
    rooms,
    telephone,
    upshots,
)

Language = Literal["en", "de", "fr", "es", "ja"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
LANGUAGE_NAMES: Final[Mapping[str, str]] = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "ja": "日本語",
}

# By key, then by language; each must be there, with the same names in braces (a test sees to it).
# New ones go to a file of the phrasebook: a small one for each of those who speak.
PHRASES: Final[Mapping[str, Mapping[str, str]]] = {
    **answer_page.PHRASES,
    **buttons.PHRASES,
    **chats.PHRASES,
    **commands.PHRASES,
    **lines.PHRASES,
    **mail.PHRASES,
    **notices.PHRASES,
    **rooms.PHRASES,
    **telephone.PHRASES,
    **upshots.PHRASES,
}


def language_of(locale: str, otherwise: str) -> str:
    """Return the language of a locale such as ``de-AT``; another if it is not spoken here."""
    language = re.split("[-_]", locale, maxsplit=1)[0].lower()
    return language if language in LANGUAGES else otherwise


def phrase(key: str, language: str, **values: object) -> str:
    """Return a phrase in a language, in English if it is not spoken here."""
    spoken = PHRASES[key]
    text = next((spoken[one] for one in LANGUAGES if one == language), spoken["en"])
    return text.format(**values)
