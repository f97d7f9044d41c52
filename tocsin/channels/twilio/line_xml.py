"""What Twilio is to do in a call on a line, in its own words."""

from typing import Final
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, SubElement

from tocsin.channels.calls.xml import TWIML, say, spelled
from tocsin.channels.twilio.lines import LINE
from tocsin.domain.reaching.call_line import (
    TAKE_KEY,
    Bridge,
    CallLine,
    Closed,
    Connect,
    Direction,
    TakeMessage,
    Thank,
    Whisper,
)
from tocsin.domain.reaching.hearing import Reply
from tocsin.domain.reaching.phrases import phrase

LONGEST_MESSAGE: Final = 120  # seconds, as all of these
SILENCE: Final = 5
KEY_WITHIN: Final = 8


def write(callback: str, direction: Direction) -> Reply:
    """Write down what is to be done; ``callback`` is where Twilio tells what came of it."""
    root = Element("Response")
    if direction.line is None:
        SubElement(root, "Hangup")
    else:
        _Writer(root, callback, direction.line, direction.call).write(direction)
    return spelled(root)


class _Writer:
    """Writes for one call on a line."""

    def __init__(self, root: Element, callback: str, line: CallLine, call: str) -> None:
        self._root = root
        self._callback = callback
        self._line = line
        self._call = call

    def write(self, direction: Direction) -> None:
        match direction.instruction:
            case Connect() as connect:
                self._connect(connect)
            case Whisper() as whisper:
                self._whisper(whisper)
            case TakeMessage():
                self._take_message()
            case Bridge():
                pass  # an empty answer lets the two speak
            case Thank():
                self._part("line_thanks")
            case Closed():
                self._part("line_closed")
            case _:
                SubElement(self._root, "Hangup")

    def _connect(self, connect: Connect) -> None:
        if connect.is_first:
            self._say(self._root, "line_wait")
        if connect.name:
            self._say(self._root, "line_rings", name=connect.name)
        dial = SubElement(
            self._root,
            "Dial",
            timeout=str(self._line.ring_seconds),
            callerId=self._line.number,
            answerOnBridge="true",
            action=self._address("next", connect.place),
        )
        whisper = self._address("whisper", connect.place)
        SubElement(dial, "Number", url=whisper).text = connect.number

    def _whisper(self, whisper: Whisper) -> None:
        asking = SubElement(
            self._root,
            "Gather",
            input="dtmf",
            numDigits="1",
            timeout=str(KEY_WITHIN),
            action=self._address("key", whisper.place),
        )
        unknown = phrase("line_unknown_caller", self._line.language)
        who = _spelled_out(whisper.caller) or unknown
        self._say(asking, "line_whisper", line=self._line.name, caller=who, digit=TAKE_KEY)
        SubElement(self._root, "Hangup")

    def _take_message(self) -> None:
        self._say(self._root, "line_message")
        SubElement(
            self._root,
            "Record",
            maxLength=str(LONGEST_MESSAGE),
            timeout=str(SILENCE),
            finishOnKey="#",
            playBeep="true",
            trim="trim-silence",
            action=self._address("message"),
            recordingStatusCallback=self._address("recording"),
            recordingStatusCallbackEvent="completed absent",
        )
        # Twilio goes on here if nothing was said.
        SubElement(self._root, "Redirect", method="POST").text = self._address("message")

    def _part(self, key: str) -> None:
        self._say(self._root, key)
        SubElement(self._root, "Hangup")

    def _say(self, place: Element, key: str, **values: str) -> None:
        language = self._line.language
        say(place, TWIML, phrase(key, language, **values), language)

    def _address(self, tail: str, place: int = 0) -> str:
        return f"{self._callback}/{LINE}/{tail}?{urlencode({'c': self._call, 'n': place})}"


def _spelled_out(number: str) -> str:
    """Spell a number: read as one, nobody would understand it."""
    digits = number.removeprefix("+")
    return " ".join(digits) if digits.isdecimal() else ""
