"""Answers that people write: what is understood, and what is not guessed."""

import time

import pytest

from tocsin.channels.answering import LONGEST, Said, is_for_the_carrier, read
from tocsin.domain.reaching.answer import Deed
from tocsin.domain.reaching.phrases import LANGUAGES, phrase

DEEDS: tuple[Deed, ...] = ("acknowledge", "resolve", "escalate", "confirm")


@pytest.mark.parametrize(
    ("text", "deed", "number"),
    [
        ("4", "acknowledge", None),
        ("6", "resolve", None),
        ("8", "escalate", None),
        (" 4. \r\n", "acknowledge", None),
        ("\uff14", "acknowledge", None),
        ("4 12", "acknowledge", 12),
        ("6 #12", "resolve", 12),
        ("4 6", "acknowledge", 6),
        ("ack", "acknowledge", None),
        ("ACK!", "acknowledge", None),
        ("Ok.", "acknowledge", None),
        ("👍🏽", "acknowledge", None),
        ("ack 12", "acknowledge", 12),
        ("12 ack", "acknowledge", 12),
        ("4 ack", "acknowledge", 4),
        ("ack12", "acknowledge", 12),
        ("ack all", "acknowledge", None),
        ("Resolve", "resolve", None),
        ("#12 resolved", "resolve", 12),
        ("Please resolve incident 12", "resolve", 12),
        ("resolve resolved", "resolve", None),
        ("escalate", "escalate", None),
        ("2", "join", None),
        ("3", "decline", None),
        ("accept 12", "join", 12),
        ("I am coming", "join", None),
        ("komme", "join", None),
        ("refusé", "decline", None),
        ("list", "list", None),
        ("status?", "list", None),
        ("I am awake", "confirm", None),
        ("It has arrived.", "confirm", None),
        ("ist angekommen", "confirm", None),
        ("C'est arrivé", "confirm", None),
        ("ha llegado", "confirm", None),
        ("届きました。", "confirm", None),
        ("Bestätigt", "acknowledge", None),
        ("bestatigt", "acknowledge", None),
        ("BESTÄTIGT 12", "acknowledge", 12),
        ("Vorfall 12 gelöst", "resolve", 12),
        ("alle gelöst", "resolve", None),
        ("bin wach!", "confirm", None),
        ("acquitté", "acknowledge", None),
        ("ACQUITTE 12", "acknowledge", 12),
        ("Tout résolu", "resolve", None),
        ("confirmado", "acknowledge", None),
        ("¡resuelto #12!", "resolve", 12),
        ("確認", "acknowledge", None),
        ("12確認", "acknowledge", 12),
        ("インシデント12を解決しました。", "resolve", 12),
        ("すべて解決", "resolve", None),
        ("エスカレーション", "escalate", None),
        ("ack\n\nBest regards\nAnn\nresolve", "acknowledge", None),
        ("6\n-- \nAnn Lee, 4 Main Street", "resolve", None),
        ("\n\nack\nSent from my phone", "acknowledge", None),
        (
            "ack 12\n\nOn Sat, 10 Jan 2026 at 02:14, Tocsin wrote:\n> Reply 6 to resolve",
            *("acknowledge", 12),
        ),
        ("> Reply 6 to resolve\n> 4\n\nresolve", "resolve", None),
        (
            "On Sat, 10 Jan 2026 at 02:14, Tocsin\n<oncall@example.com> wrote:\n> 4\n\nresolve",
            *("resolve", None),
        ),
        ("Am 10.01.2026 um 02:14 schrieb Tocsin:\n> 4\ngelöst", "resolve", None),
        ("Le 10/01/2026, Tocsin a écrit :\n> 4\nrésolu", "resolve", None),
        ("El 10/01/2026, Tocsin escribió:\n> 4\nresuelto", "resolve", None),
        ("2026年1月10日 Tocsin のメール:\n> 4\n解決", "resolve", None),
    ],
)
def test_a_plain_answer_is_understood(text: str, deed: Deed, number: int | None) -> None:
    assert read(text) == Said(deed=deed, number=number)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "?",
        "help",
        "12",
        "#4",
        "5",
        "12 4",
        "4 12 13",
        "1234567890",
        "ack 1234567890",
        "ack resolve",
        "ack 12 13",
        "ack all 12",
        "all",
        "4 all 12",
        "do not resolve",
        "not ok",
        "nicht gelöst",
        "pas résolu",
        "no resuelto",
        "未解決",
        "what is wrong with db-4",
        "please please please please please please please please ack",
        "> ack",
        "On Sat, Tocsin wrote:\n> 4",
        "x" * 100_000,
        "STOP",
        "START",
        "YES",
        "HELP",
        "stop 4 ack",
    ],
)
def test_what_is_not_plain_is_not_guessed(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("deed", DEEDS)
def test_what_stands_on_a_button_is_understood_as_its_deed(language: str, deed: Deed) -> None:
    assert read(phrase(deed, language)) == Said(deed=deed)


@pytest.mark.parametrize("text", ["STOP", "stop.", " Start ", "UNSUBSCRIBE", "Arrêt", "yes"])
def test_what_is_meant_for_the_carrier_is_known(text: str) -> None:
    assert is_for_the_carrier(text)


@pytest.mark.parametrize("text", ["", "help", "4", "ack", "stop it", "don't stop"])
def test_what_is_meant_for_us_is_not_taken_for_the_carriers(text: str) -> None:
    assert not is_for_the_carrier(text)


@pytest.mark.parametrize(
    "piece", ["\n", " \n", " ", "am schrieb ", "schrieb", "on x wrote ", "\non"]
)
@pytest.mark.parametrize("start", ["", "am "])
def test_what_strangers_write_keeps_nobody_waiting(piece: str, start: str) -> None:
    began = time.monotonic()
    read(f"{start}{piece * LONGEST}")
    assert time.monotonic() - began < 0.5
