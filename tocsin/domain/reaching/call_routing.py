"""How a call on a line goes on: one after the other is rung, and in the end a message is taken."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from tocsin.domain.reaching.call_line import (
    TAKE_KEY,
    Bridge,
    Call,
    CallState,
    Candidate,
    Connect,
    Drop,
    Instruction,
    LineEvent,
    Stage,
    Step,
    StepKind,
    TakeMessage,
    Thank,
    Whisper,
)

Next = tuple[Call, Instruction]


def begin(call: Call, candidates: Sequence[Candidate], now: datetime) -> Next:
    """Begin a call: ring the first who has a telephone."""
    reachable = tuple(one for one in candidates if one.number)
    without = [_step("unreachable", now, one.name) for one in candidates if not one.number]
    state = CallState(candidates=reachable, steps=(_step("began", now), *without))
    return _ring(replace(call, state=state), now)


def go_on(call: Call, event: LineEvent, now: datetime) -> Next:
    """Return how a call stands after an event, and what is to be done.

    What was told before, or comes too late, changes nothing.
    """
    match event.kind:
        case "began":
            return call, present(call)
        case "answered":
            return call, _whisper(call, event)
        case "key":
            return _press(call, event, now)
        case "leg_over":
            return _pass_on(call, event, now)
        case "recorded":
            return _keep(call, event, now)
        case _:
            return _end(call, now), Drop()


def present(call: Call) -> Instruction:
    """Return what is to be done as a call stands."""
    state = call.state
    if state.stage == "message":
        return TakeMessage()
    if state.stage == "ringing" and state.candidate is not None:
        return _connect(state)
    return Drop()


def is_taken(call: Call) -> bool:
    """Say whether somebody spoke with the caller."""
    return any(step.kind == "taken" for step in call.state.steps)


def wants_incident(call: Call) -> bool:
    """Say whether people must be told: nobody took the call, and the caller reached the end."""
    ended_so = ("message", "silence")
    return call.incident_id is None and any(one.kind in ended_so for one in call.state.steps)


def _ring(call: Call, now: datetime) -> Next:
    """Ring whoever's turn it is; where nobody is left, ask for a message."""
    state = call.state
    if state.candidate is None:
        waiting = replace(call, state=replace(state, stage="message"))
        return waiting, TakeMessage()
    step = _step("rung", now, state.candidate.name)
    ringing = replace(state, steps=(*state.steps, step))
    return replace(call, state=ringing), _connect(ringing)


def _connect(state: CallState) -> Connect:
    number = state.candidates[state.place].number
    return Connect(number=number, place=state.place, is_first=state.place == 0)


def _is_rung(call: Call, event: LineEvent) -> bool:
    return call.state.stage == "ringing" and call.state.place == event.place


def _whisper(call: Call, event: LineEvent) -> Instruction:
    if not _is_rung(call, event):
        return Drop()
    return Whisper(place=event.place, caller=call.caller)


def _press(call: Call, event: LineEvent, now: datetime) -> Next:
    state = call.state
    if state.stage == "taken" and state.place == event.place:
        return call, Bridge()  # told twice
    if not _is_rung(call, event) or event.key != TAKE_KEY or state.candidate is None:
        return call, Drop()
    return _with(call, _step("taken", now, state.candidate.name), stage="taken"), Bridge()


def _pass_on(call: Call, event: LineEvent, now: datetime) -> Next:
    state = call.state
    if not _is_rung(call, event) or state.candidate is None:
        ended = replace(call, state=replace(state, stage="over"))
        return (ended, Drop()) if state.stage == "taken" else (call, present(call))
    passed = _with(call, _step("untaken", now, state.candidate.name, event.detail))
    following = replace(passed, state=replace(passed.state, place=state.place + 1))
    return _ring(following, now)


def _keep(call: Call, event: LineEvent, now: datetime) -> Next:
    """Keep where a message is; it may be told twice, before and after the caller is gone."""
    state = call.state
    if state.recording or is_taken(call):
        return call, Thank()
    if not event.recording:
        return (_end(call, now) if state.stage == "message" else call), Thank()
    step = _step("message", now, detail=str(event.seconds))
    kept = _with(call, step, stage="over")
    told = replace(kept.state, recording=event.recording, seconds=event.seconds)
    return replace(kept, state=told), Thank()


def _end(call: Call, now: datetime) -> Call:
    """Note that the caller is gone."""
    match call.state.stage:
        case "ringing":
            return _with(call, _step("left", now), stage="over")
        case "message":
            return _with(call, _step("silence", now), stage="over")
        case _:
            return replace(call, state=replace(call.state, stage="over"))


def _with(call: Call, step: Step, *, stage: Stage | None = None) -> Call:
    state = replace(call.state, steps=(*call.state.steps, step))
    return replace(call, state=replace(state, stage=stage or state.stage))


def _step(kind: StepKind, now: datetime, name: str = "", detail: str = "") -> Step:
    return Step(at=now, kind=kind, name=name, detail=detail)
