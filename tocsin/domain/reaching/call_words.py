"""What people read of calls: what an incident is called, and the steps of a call as sentences."""

from collections.abc import Iterator
from typing import Final

from tocsin.domain.reaching.call_line import Call, CallLine, Step
from tocsin.domain.reaching.call_routing import is_taken

ANONYMOUS: Final = "an unknown number"

_SENTENCES: Final = {
    "began": "The call came in.",
    "unreachable": "{name} is on call and has no telephone number here.",
    "rung": "{name} was rung.",
    "untaken": "{name} did not take the call: {detail}.",
    "taken": "{name} took the call.",
    "message": "A message of {detail} seconds was left.",
    "silence": "No message was left.",
    "left": "The caller hung up.",
}


def caller_of(call: Call) -> str:
    """Return who calls, as far as the number is shown."""
    shown = call.caller.startswith("+") or call.caller.isdecimal()
    return call.caller if shown else ANONYMOUS


def title_of(line: CallLine, call: Call) -> str:
    """Return what the incident is called that a call becomes."""
    left = f"Message of {call.state.seconds} seconds" if call.state.recording else "Missed call"
    return f"{left} from {caller_of(call)} on {line.name}"


def told(line: CallLine, call: Call) -> Iterator[str]:
    """Tell the story of a call, a line for each step."""
    yield f"Called: {line.name}, {line.number}"
    yield f"Caller: {caller_of(call)}"
    for step in call.state.steps:
        yield f"{step.at:%Y-%m-%d %H:%M:%S} UTC: {sentence(step)}"


def sentence(step: Step) -> str:
    """Tell a step."""
    return _SENTENCES[step.kind].format(name=step.name, detail=step.detail or "no answer")


def outcome(call: Call) -> str:
    """Say in a few words what became of a call."""
    if is_taken(call):
        return f"Taken by {next(s.name for s in call.state.steps if s.kind == 'taken')}"
    if call.state.recording:
        return f"Message of {call.state.seconds} seconds"
    return {"ringing": "Ringing", "message": "Leaving a message"}.get(
        call.state.stage, "Hung up" if call.incident_id is None else "Nobody answered, no message"
    )
