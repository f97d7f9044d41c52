"""Speech: that texts become sound that telephones can carry, once each, and within bounds."""

import math
import wave
from array import array
from io import BytesIO
from pathlib import Path

import pytest

from tocsin.kit import speech
from tocsin.kit.speech import RATE, Speaker, SpeechlessError, duration


@pytest.fixture
def speaker() -> Speaker:
    return Speaker()


def loudness(sound: bytes) -> float:
    """Return the loudness of a sound, 1 being as loud as can be."""
    samples = array("h", sound)
    return math.sqrt(sum(sample**2 for sample in samples) / len(samples)) / 32768


def tone(frequency: float, rate: int = 22050) -> bytes:
    samples = [round(10_000 * math.sin(2 * math.pi * frequency * i / rate)) for i in range(rate)]
    recorded = BytesIO()
    with wave.open(recorded, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array("h", samples).tobytes())
    return recorded.getvalue()


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja"])
async def test_a_text_is_heard_in_each_language(speaker: Speaker, language: str) -> None:
    sound = await speaker.say("Tocsin 4, 6, 8.", language)

    assert 1 < duration(sound) < 10
    assert loudness(sound) > 0.01


async def test_languages_sound_different(speaker: Speaker) -> None:
    assert await speaker.say("Radio 4", "de") != await speaker.say("Radio 4", "fr")


async def test_a_language_that_nobody_speaks_is_read_as_english(speaker: Speaker) -> None:
    assert await speaker.say("Radio 4", "xx") == await speaker.say("Radio 4", "en")


async def test_what_was_said_is_not_made_again(speaker: Speaker) -> None:
    assert await speaker.say("Again", "en") is await speaker.say("Again", "en")


async def test_only_so_much_is_kept(speaker: Speaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speech, "KEPT", 30_000)
    first = await speaker.say("One, two, three.", "en")
    await speaker.say("Four, five, six.", "en")

    assert await speaker.say("One, two, three.", "en") is not first


@pytest.mark.parametrize("text", ["-v de --help", "[[h@l'oU]]", "<break time='9s'/>", "\x00", "😀"])
async def test_no_text_is_an_order(speaker: Speaker, text: str) -> None:
    assert 0.1 < duration(await speaker.say(f"{text} is down", "en")) < 10


async def test_a_text_without_end_is_cut(speaker: Speaker) -> None:
    assert duration(await speaker.say("word " * 20_000, "en")) < 300


async def test_speech_says_that_its_program_is_missing() -> None:
    with pytest.raises(SpeechlessError, match="install the system package espeak-ng"):
        await Speaker("no-such-program").say("Hello", "en")


async def test_speech_says_that_its_program_fails(tmp_path: Path) -> None:
    broken = tmp_path / "espeak-ng"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)

    with pytest.raises(SpeechlessError, match="it ended with 3"):
        await Speaker(str(broken)).say("Hello", "en")


async def test_a_program_that_hangs_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "TIMEOUT", 0.2)
    hanging = tmp_path / "espeak-ng"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o755)

    with pytest.raises(SpeechlessError, match="said nothing within"):
        await Speaker(str(hanging)).say("Hello", "en")


@pytest.mark.parametrize(
    ("frequency", "least", "most"), [(300, 0.9, 1.1), (2500, 0.9, 1.1), (5500, 0, 0.01)]
)
def test_a_telephone_gets_what_it_carries_and_no_echo_of_what_it_does_not(
    frequency: float, least: float, most: float
) -> None:
    sound = speech.for_telephones(tone(frequency))

    assert len(sound) == 2 * RATE
    assert least <= loudness(sound) / (10_000 / math.sqrt(2) / 32768) <= most
