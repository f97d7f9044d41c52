"""Speakable: what tools write becomes what a voice can say and an ear can follow."""

import re
from collections.abc import Mapping
from typing import Final

from tocsin.domain.reaching.phrases import phrase

LONGEST_RUN: Final = 6  # figures and letters of a long number or hash; nobody remembers more

# What stands after a figure, and signs wherever they stand.
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "ms": "milliseconds",
        "s": "seconds",
        "min": "minutes",
        "h": "hours",
        "kb": "kilobytes",
        "mb": "megabytes",
        "gb": "gigabytes",
        "tb": "terabytes",
        "%": "percent",
        "#": "number",
        "&": "and",
        "@": "at",
        "=": "equals",
        ">": "greater than",
        "<": "less than",
        ".": "dot",
        ",": ".",
    },
    "de": {
        "ms": "Millisekunden",
        "s": "Sekunden",
        "min": "Minuten",
        "h": "Stunden",
        "kb": "Kilobyte",
        "mb": "Megabyte",
        "gb": "Gigabyte",
        "tb": "Terabyte",
        "%": "Prozent",
        "#": "Nummer",
        "&": "und",
        "@": "ät",
        "=": "gleich",
        ">": "größer als",
        "<": "kleiner als",
        ".": "Punkt",
        ",": ",",
    },
    "fr": {
        "ms": "millisecondes",
        "s": "secondes",
        "min": "minutes",
        "h": "heures",
        "kb": "kilooctets",
        "mb": "mégaoctets",
        "gb": "gigaoctets",
        "tb": "téraoctets",
        "%": "pour cent",
        "#": "numéro",
        "&": "et",
        "@": "arobase",
        "=": "égale",
        ">": "supérieur à",
        "<": "inférieur à",
        ".": "point",
        ",": ",",
    },
    "es": {
        "ms": "milisegundos",
        "s": "segundos",
        "min": "minutos",
        "h": "horas",
        "kb": "kilobytes",
        "mb": "megabytes",
        "gb": "gigabytes",
        "tb": "terabytes",
        "%": "por ciento",
        "#": "número",
        "&": "y",
        "@": "arroba",
        "=": "igual a",
        ">": "mayor que",
        "<": "menor que",
        ".": "punto",
        ",": ",",
    },
    "ja": {
        "ms": "ミリ秒",
        "s": "秒",
        "min": "分",
        "h": "時間",
        "kb": "キロバイト",
        "mb": "メガバイト",
        "gb": "ギガバイト",
        "tb": "テラバイト",
        "%": "パーセント",
        "#": "番号",
        "&": "と",
        "@": "アット",
        "=": "イコール",
        ">": "大なり",
        "<": "小なり",
        ".": "ドット",
        ",": ".",
    },
}
_URL: Final = re.compile(r"https?://\S*[^\s.,;:!?)\]}>\"']")
_UNIT: Final = re.compile(
    r"(?<![\w.,])(\d[\d.,]*)\s?(ms|s|min|h|kb|mb|gb|tb|%)(?!\w)", re.IGNORECASE
)
_LONG: Final = re.compile(r"\b(?=[a-f]*\d)(?:\d{7,}|[0-9a-f]{8,})\b")
_DECIMAL: Final = re.compile(r"(?<![\w.])(\d+)\.(\d+)(?!\.?\w)")
_DOT: Final = re.compile(r"(?<=\w)\.(?=\w)")
_SIGN: Final = re.compile(r"[%#&@=><]")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPELLED: Final = re.compile(
    r"\b(?:[B-DF-HJ-NP-TV-Z]{2,5}|API|AWS|CPU|EU|GPU|ID|IO|IP|OOM|UI|URL|US)\b"
)
_BETWEEN: Final = re.compile(r"[-_/\\|\[\]{}()*~^\"`]+")  # a voice would name them, or stumble


def speakable(text: str, language: str) -> str:
    """Return a text with its figures, signs and abbreviations as a voice says them."""
    words = _WORDS.get(language, _WORDS["en"])
    text = _URL.sub(phrase("a_link", language), text)
    text = _LONG.sub(lambda found: " ".join(found[0][:LONGEST_RUN]), text)
    text = _UNIT.sub(lambda found: f"{found[1]} {words[found[2].lower()]}", text)
    text = _DECIMAL.sub(rf"\1{_MARK}\2", text)
    text = _DOT.sub(f" {words['.']} ", text).replace(_MARK, words[","])
    text = _SIGN.sub(lambda found: f" {words[found[0]]} ", text)
    text = _HUMP.sub(" ", _BETWEEN.sub(" ", text))
    return " ".join(_SPELLED.sub(lambda found: " ".join(found[0]), text).split())


_MARK: Final = "\x00"  # holds the place of a decimal point while other points become words
