"""What tools write, as a voice says it."""

import pytest

from tocsin.domain.reaching.phrases import LANGUAGES
from tocsin.domain.reaching.speakable import _WORDS, speakable


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Disk full on db-1", "Disk full on db 1"),
        ("CPU > 95%", "C P U greater than 95 percent"),
        ("p99 = 250ms, 3 GB left", "p99 equals 250 milliseconds, 3 gigabytes left"),
        ("load 12.5 at 10.0.0.1", "load 12.5 at 10 dot 0 dot 0 dot 1"),
        ("web.example.com is down.", "web dot example dot com is down."),
        ("KubePodCrashLooping", "Kube Pod Crash Looping"),
        ("HTTPErrorRate/prod_eu", "H T T P Error Rate prod eu"),
        ("See https://wiki.example.com/a?b=c.", "See a link."),
        ("commit 4f3a9c21d0aa, order 123456789", "commit 4 f 3 a 9 c, order 1 2 3 4 5 6"),
        ("RAM & DISK @ home #7", "RAM and DISK at home number 7"),
        ("DNS, TLS and API", "D N S, T L S and A P I"),
        ("version 1.2.3", "version 1 dot 2 dot 3"),
        ("k8s: 2 s, 1.5h", "k8s: 2 seconds, 1.5 hours"),
    ],
)
def test_figures_signs_and_abbreviations_are_said_in_full(written: str, said: str) -> None:
    assert speakable(written, "en") == said


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("de", "Last 99,5 Prozent, 30 Sekunden"),
        ("fr", "Last 99,5 pour cent, 30 secondes"),
        ("es", "Last 99,5 por ciento, 30 segundos"),
        ("ja", "Last 99.5 パーセント, 30 秒"),
        ("fi", "Last 99.5 percent, 30 seconds"),
    ],
)
def test_each_language_has_its_own_words(language: str, said: str) -> None:
    assert speakable("Last 99.5 %, 30s", language) == said


def test_every_language_has_the_same_signs() -> None:
    assert set(_WORDS) == set(LANGUAGES)
    assert {frozenset(words) for words in _WORDS.values()} == {frozenset(_WORDS["en"])}
