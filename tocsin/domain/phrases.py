"""Phrases: what telephones, messages and buttons say, in every language that they speak."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

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
PHRASES: Final[Mapping[str, Mapping[Language, str]]] = {
    "acknowledge": {
        "en": "Acknowledge",
        "de": "Bestätigen",
        "fr": "Acquitter",
        "es": "Confirmar",
        "ja": "確認する",
    },
    "resolve": {
        "en": "Resolve",
        "de": "Lösen",
        "fr": "Résoudre",
        "es": "Resolver",
        "ja": "解決する",
    },
    "escalate": {
        "en": "Escalate",
        "de": "Eskalieren",
        "fr": "Escalader",
        "es": "Escalar",
        "ja": "エスカレーション",
    },
    "open": {
        "en": "Open incident",
        "de": "Vorfall öffnen",
        "fr": "Ouvrir l'incident",
        "es": "Abrir el incidente",
        "ja": "インシデントを開く",
    },
}


def phrase(key: str, language: str, **values: object) -> str:
    """Return a phrase in a language, in English if it is not spoken here."""
    spoken = PHRASES[key]
    text = next((spoken[one] for one in LANGUAGES if one == language), spoken["en"])
    return text.format(**values)
