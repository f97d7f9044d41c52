"""Commands that people write: who is on call, in every language, and incidents to begin."""

import time

import pytest

from tocsin.channels.answering import read
from tocsin.channels.commands import LONGEST, command_in
from tocsin.domain.reaching.hearing import Command, Word

ANN = "+15550100"


@pytest.mark.parametrize(
    ("text", "word", "rest"),
    [
        ("who", "who", ""),
        ("Who is on call?", "who", ""),
        ("who's on call for Checkout?", "who", "Checkout"),
        ("oncall", "who", ""),
        ("On-call", "who", ""),
        (" ONCALL  Web  shop ", "who", "Web  shop"),
        ("oncall checkout\nSent from my phone", "who", "checkout"),
        ("wer", "who", ""),
        ("Wer hat Bereitschaft für Kasse?", "who", "Kasse"),
        ("qui", "who", ""),
        ("Qui est d'astreinte ?", "who", ""),
        ("Qui est d\u2019astreinte pour Paiement", "who", "Paiement"),
        ("quien", "who", ""),
        ("\u00bfQuién está de guardia?", "who", ""),
        ("quién Pagos", "who", "Pagos"),
        ("当番", "who", ""),
        ("当番は誰ですか\uff1f", "who", ""),
        ("当番\u3000決済", "who", "決済"),
        ("who what\0", "who", "what\ufffd"),
        ("Trigger Web Disk full", "trigger", "Web Disk full"),
        ("trigger", "trigger", ""),
    ],
)
def test_what_is_asked_is_understood(text: str, word: Word, rest: str) -> None:
    assert command_in(text, ANN) == Command(word=word, text=rest, sender=ANN)
    assert read(text) is None


@pytest.mark.parametrize("text", ["", " \n", "?", "ack", "4", "whoever", "12 who", "on", "説明"])
def test_everything_else_is_no_command(text: str) -> None:
    assert command_in(text, ANN) is None


@pytest.mark.parametrize("text", ["who ", "\n", "? ", "on call "])
def test_long_texts_keep_nobody_waiting(text: str) -> None:
    began = time.monotonic()
    command_in(text * LONGEST, ANN)
    assert time.monotonic() - began < 0.5
