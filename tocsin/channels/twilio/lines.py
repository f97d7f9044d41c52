"""Lines at Twilio: what happens in calls that come in, and the messages that are left."""

import asyncio
import re
from collections.abc import Mapping
from typing import Final

import httpx

from tocsin.channels.twilio.account import Account, fields_of
from tocsin.domain.reaching.call_line import TAKE_KEY, Fetched, LineEvent
from tocsin.domain.reaching.hearing import Callback, Heard, Unheard
from tocsin.kit.http import ForbiddenAddress

LINE: Final = "line"  # the tail of the address that the voice URL of a number is set to
FETCH_WITHIN: Final = 30.0  # seconds
MOST_FETCHED: Final = 10_000_000  # bytes

Fields = Mapping[str, str]

_RECORDING: Final = re.compile(r"RE[0-9a-fA-F]{32}")
_OVER: Final = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
_UNTAKEN: Final[Mapping[str, str]] = {
    "busy": "the line was busy",
    "no-answer": "no answer",
    "failed": "the number could not be reached",
    "canceled": "no answer",
}
_NOT_PRESSED: Final = f"somebody answered and did not press {TAKE_KEY}"


def is_of_line(callback: Callback) -> bool:
    """Say whether a call to us is about a line."""
    return callback.tail.strip("/").split("/")[0] == LINE


def understand(callback: Callback) -> Heard:
    """Return what happened in a call on a line. Raises Unheard."""
    fields, asked = fields_of(callback), dict(callback.query)
    call = asked.get("c") or fields.get("CallSid", "")
    if not call:
        raise Unheard("The call has no name.")
    event = _EVENTS.get(callback.tail.strip("/").removeprefix(LINE).strip("/"))
    if event is None:
        raise Unheard(f"Twilio is to call /{LINE} and what it is told there.")
    place = asked.get("n", "0")
    return Heard(line=event(call, int(place) if place.isdecimal() else 0, fields))


async def fetch(http: httpx.AsyncClient, account: Account, recording: str) -> Fetched:
    """Fetch a recorded message, once. It may take Twilio a while until it is there."""
    url = account.resource(f"Recordings/{recording}.mp3")
    try:
        async with (
            asyncio.timeout(FETCH_WITHIN),
            http.stream("GET", url, auth=(account.sid, account.token)) as response,
        ):
            if response.status_code != 200:
                return Fetched(ok=False, detail=f"HTTP {response.status_code}", retry=True)
            return await _read(response)
    except (ForbiddenAddress, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        return Fetched(ok=False, detail=str(error))
    except (TimeoutError, httpx.TimeoutException):
        detail = f"No answer within {FETCH_WITHIN:g} seconds."
        return Fetched(ok=False, detail=detail, retry=True)
    except httpx.RequestError as error:
        return Fetched(ok=False, detail=str(error) or type(error).__name__, retry=True)


async def _read(response: httpx.Response) -> Fetched:
    sound = b""
    async for chunk in response.aiter_bytes():
        sound += chunk
        if len(sound) > MOST_FETCHED:
            return Fetched(ok=False, detail=f"The message has more than {MOST_FETCHED} bytes.")
    return Fetched(ok=True, detail=f"{len(sound)} bytes", sound=sound)


def _began(call: str, _place: int, fields: Fields) -> LineEvent:
    caller, number = fields.get("From", ""), fields.get("To", "")
    return LineEvent(kind="began", call=call, caller=caller, number=number)


def _leg_over(call: str, place: int, fields: Fields) -> LineEvent:
    if fields.get("CallStatus") in _OVER:
        return LineEvent(kind="over", call=call)
    detail = _UNTAKEN.get(fields.get("DialCallStatus", ""), _NOT_PRESSED)
    return LineEvent(kind="leg_over", call=call, place=place, detail=detail)


def _answered(call: str, place: int, _fields: Fields) -> LineEvent:
    return LineEvent(kind="answered", call=call, place=place)


def _key(call: str, place: int, fields: Fields) -> LineEvent:
    return LineEvent(kind="key", call=call, place=place, key=fields.get("Digits", ""))


def _recorded(call: str, _place: int, fields: Fields) -> LineEvent:
    sid, seconds = fields.get("RecordingSid", ""), fields.get("RecordingDuration", "")
    is_there = fields.get("RecordingStatus", "completed") == "completed"
    return LineEvent(
        kind="recorded",
        call=call,
        recording=sid if is_there and _RECORDING.fullmatch(sid) else "",
        seconds=int(seconds) if seconds.isdecimal() and len(seconds) < 6 else 0,
    )


def _status(call: str, _place: int, fields: Fields) -> LineEvent | None:
    is_over = fields.get("CallStatus") in _OVER
    return LineEvent(kind="over", call=call) if is_over else None


_EVENTS: Final = {
    "": _began,
    "next": _leg_over,
    "whisper": _answered,
    "key": _key,
    "message": _recorded,
    "recording": _recorded,
    "status": _status,
}
