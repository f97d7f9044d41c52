"""Calls written down for providers that read XML: what is said, and where keys go."""

from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec

from tocsin.channels.calls.speaking import Part
from tocsin.domain.reaching.hearing import Reply
from tocsin.kit.text import printable

_NOT_IN_XML: Final = dict.fromkeys((0xFFFE, 0xFFFF))
XML: Final = "application/xml; charset=utf-8"
SECONDS_FOR_A_KEY: Final = "6"
SECONDS_FOR_A_BEEP: Final = "10"

# By language, the locale to speak in and a voice of Amazon Polly, which these providers hire.
_VOICES: Final[Mapping[str, tuple[str, str]]] = {
    "en": ("en-US", "Polly.Joanna"),
    "de": ("de-DE", "Polly.Vicki"),
    "fr": ("fr-FR", "Polly.Lea"),
    "es": ("es-ES", "Polly.Lucia"),
    "ja": ("ja-JP", "Polly.Takumi"),
}


class Dialect(msgspec.Struct, frozen=True, kw_only=True):
    """How a provider calls what it does; ``no_finish`` says that no key ends what is typed."""

    say: str
    gather: str
    no_finish: str


TWIML: Final = Dialect(say="Say", gather="Gather", no_finish="")


def written(
    dialect: Dialect,
    parts: Sequence[Part],
    *,
    language: str,
    action: str,
    waits_for_beep: bool = False,
) -> Reply:
    """Write a call that says its parts and hangs up; keys are posted to ``action``."""
    root = Element("Response")
    if waits_for_beep:
        SubElement(root, "Wait", length=SECONDS_FOR_A_BEEP, beep="true")
    for part in parts:
        place = _gathering(root, dialect, action) if part.asks else root
        for sentence in filter(None, part.sentences):
            say(place, dialect, sentence, language)
    SubElement(root, "Hangup")
    return spelled(root)


def fit(text: str) -> str:
    """Return a text without what no XML may hold."""
    return printable(text).translate(_NOT_IN_XML)


def spelled(root: Element) -> Reply:
    """Return a document as the answer to a provider."""
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return Reply(status=200, body=body, content_type=XML)


def _gathering(root: Element, dialect: Dialect, action: str) -> Element:
    return SubElement(
        root,
        dialect.gather,
        action=action,
        method="POST",
        numDigits="1",
        timeout=SECONDS_FOR_A_KEY,
        finishOnKey=dialect.no_finish,
    )


def say(place: Element, dialect: Dialect, sentence: str, language: str) -> None:
    """Let a sentence be said by a voice that knows the language."""
    locale, voice = _VOICES.get(language, _VOICES["en"])
    SubElement(place, dialect.say, language=locale, voice=voice).text = fit(sentence)
