"""Speech without anybody's help: espeak-ng reads a text aloud, as telephones carry it."""

import asyncio
import math
import shutil
import wave
from array import array
from collections import OrderedDict
from functools import cache
from io import BytesIO
from operator import mul
from pathlib import Path
from typing import Final

from tocsin.kit.children import spawn, tell
from tocsin.kit.text import one_line

PROGRAM: Final = "espeak-ng"
RATE: Final = 8000  # samples a second, of 16 bits
BYTES_A_SECOND: Final = 2 * RATE
WORDS_A_MINUTE: Final = 145
TIMEOUT: Final = 20.0
LONGEST: Final = 2000  # characters: some three minutes
KEPT: Final = 8_000_000  # bytes of what was said lately

VOICES: Final = {"en": "en-gb", "de": "de", "fr": "fr", "es": "es", "ja": "ja"}

_REACH: Final = 16  # samples to each side that a sample is made of
_PASSED: Final = 0.92  # of the frequencies that a telephone carries


class SpeechlessError(Exception):
    """Nothing can be said; the sentence says why."""


class Speaker:
    """Says texts in five languages; what it said lately it need not make again."""

    def __init__(self, program: str = PROGRAM) -> None:
        self._program = program
        self._said: OrderedDict[tuple[str, str], bytes] = OrderedDict()

    async def say(self, text: str, language: str) -> bytes:
        """Return a text as sound: one channel, 8000 samples a second, 16 bits each."""
        key = (one_line(text, LONGEST), VOICES.get(language, VOICES["en"]))
        if key not in self._said:
            recorded = await self._speak(*key)
            self._said[key] = await asyncio.to_thread(for_telephones, recorded)
            while sum(map(len, self._said.values())) > KEPT and len(self._said) > 1:
                self._said.popitem(last=False)
        self._said.move_to_end(key)
        return self._said[key]

    async def _speak(self, text: str, voice: str) -> bytes:
        program = shutil.which(self._program)
        if program is None:
            raise SpeechlessError("espeak-ng is missing: install the system package espeak-ng.")
        process = await spawn(
            Path(program),
            *("-v", voice, "-s", str(WORDS_A_MINUTE), "-b", "1", "--stdin", "--stdout"),
            given=asyncio.subprocess.PIPE,
            output=asyncio.subprocess.PIPE,
            complaints=asyncio.subprocess.DEVNULL,
        )
        try:
            tell(process, _plain(text).encode(), is_all=True)
            recorded, _ = await asyncio.wait_for(process.communicate(), TIMEOUT)
        except TimeoutError:
            raise SpeechlessError(f"espeak-ng said nothing within {TIMEOUT:g} seconds.") from None
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode or not recorded:
            raise SpeechlessError(f"espeak-ng cannot speak: it ended with {process.returncode}.")
        return recorded


def duration(sound: bytes) -> float:
    """Return for how many seconds a sound is heard."""
    return len(sound) / BYTES_A_SECOND


def _plain(text: str) -> str:
    """Leave out what is no text: within double brackets, sounds would be expected."""
    return text.replace("\ufffd", " ").replace("[[", "[ [")


def for_telephones(recorded: bytes) -> bytes:
    """Return a recording with as many samples a second as telephones carry."""
    with wave.open(BytesIO(recorded)) as file:
        rate = file.getframerate()
        samples = array("h", file.readframes(2**31 // 4))  # a stream does not know its length
    common = math.gcd(rate, RATE)
    step, phases = rate // common, RATE // common
    weights = _weights(step, phases)
    quiet = array("h", bytes(2 * _REACH))
    padded = quiet + samples + quiet
    width = 2 * _REACH
    sound = array("h", bytes(2 * (len(samples) * phases // step)))
    for place in range(len(sound)):
        start, phase = divmod(place * step, phases)
        value = sum(map(mul, weights[phase], padded[start : start + width]))
        sound[place] = max(-32768, min(32767, round(value)))
    return sound.tobytes()


@cache
def _weights(step: int, phases: int) -> list[list[float]]:
    """Return for each place between two samples what those around it count there.

    Together they let pass what telephones carry, and nothing above, which would come back below.
    """
    kept = _PASSED * min(1.0, phases / step)
    table = []
    for phase in range(phases):
        offsets = [near - _REACH - phase / phases for near in range(2 * _REACH)]
        row = [_sinc(kept * offset) * _window(offset) for offset in offsets]
        total = sum(row)
        table.append([weight / total for weight in row])
    return table


def _sinc(x: float) -> float:
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0


def _window(offset: float) -> float:
    return 0.5 + 0.5 * math.cos(math.pi * offset / (_REACH + 1))
