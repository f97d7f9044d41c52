"""How a call on a line goes on, step by step."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tocsin.domain.reaching.call_line import (
    Bridge,
    Call,
    CallLine,
    CallState,
    Candidate,
    Connect,
    Drop,
    EventKind,
    LineEvent,
    TakeMessage,
    Thank,
    Whisper,
)
from tocsin.domain.reaching.call_routing import Next, begin, go_on, is_taken, wants_incident
from tocsin.domain.reaching.call_words import outcome, sentence, title_of, told

NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
ANN = Candidate(user_id="PANN", name="Ann", level=1, number="+15550101")
BEN = Candidate(user_id="PBEN", name="Ben", level=2, number="+15550102")
CARL = Candidate(user_id="PCARL", name="Carl", level=2)
BLANK = Call(
    id="Q1", line_id="P1", provider_ref="CA1", caller="+15550100", at=NIGHT, state=CallState()
)
LINE = CallLine(
    id="P1",
    provider_id="PR",
    number="+15550199",
    name="Support",
    service_id="PS",
    created_at=NIGHT,
)
RECORDING = "RE" + "0" * 32


def begun(*candidates: Candidate) -> Next:
    return begin(BLANK, candidates, NIGHT)


def after(call: Call, kind: EventKind, **told: object) -> Next:
    event = replace(LineEvent(kind=kind, call="CA1"), **told)
    return go_on(call, event, NIGHT)


def story(call: Call) -> list[str]:
    return [sentence(step) for step in call.state.steps]


def test_the_first_on_call_is_rung() -> None:
    call, instruction = begun(ANN, BEN)

    assert instruction == Connect(number="+15550101", place=0, is_first=True)
    assert story(call) == ["The call came in.", "Ann was rung."]
    assert outcome(call) == "Ringing"


def test_who_has_no_telephone_is_passed_over_and_noted() -> None:
    call, instruction = begun(CARL, BEN)

    assert instruction == Connect(number="+15550102", place=0, is_first=True)
    assert "Carl is on call and has no telephone number here." in story(call)


def test_where_nobody_can_be_rung_a_message_is_taken_at_once() -> None:
    call, instruction = begun(CARL)

    assert instruction == TakeMessage()
    assert outcome(call) == "Leaving a message"


def test_a_call_is_taken_by_pressing_a_key_only() -> None:
    call, _ = begun(ANN, BEN)
    answered, whisper = after(call, "answered")
    wrong, dropped = after(answered, "key", key="2")
    taken, bridged = after(wrong, "key", key="1")

    assert whisper == Whisper(place=0, caller="+15550100")
    assert dropped == Drop()
    assert bridged == Bridge()
    assert outcome(taken) == "Taken by Ann"
    assert is_taken(taken)
    assert not wants_incident(taken)


def test_who_does_not_press_the_key_is_followed_by_the_next() -> None:
    call, _ = begun(ANN, BEN)
    passed, instruction = after(call, "leg_over", detail="the line was busy")

    assert instruction == Connect(number="+15550102", place=1, is_first=False)
    assert story(passed)[2:] == [
        "Ann did not take the call: the line was busy.",
        "Ben was rung.",
    ]


def test_after_the_last_a_message_is_taken() -> None:
    call, _ = begun(ANN)
    passed, instruction = after(call, "leg_over")

    assert instruction == TakeMessage()
    assert story(passed)[-1] == "Ann did not take the call: no answer."


def test_a_message_becomes_an_incident() -> None:
    call, _ = after(begun(ANN)[0], "leg_over")
    left, instruction = after(call, "recorded", recording=RECORDING, seconds=7)

    assert instruction == Thank()
    assert wants_incident(left)
    assert left.state.recording == RECORDING
    assert outcome(left) == "Message of 7 seconds"
    assert title_of(LINE, left) == "Message of 7 seconds from +15550100 on Support"
    assert list(told(LINE, left)) == [
        "Called: Support, +15550199",
        "Caller: +15550100",
        "2026-11-21 03:00:00 UTC: The call came in.",
        "2026-11-21 03:00:00 UTC: Ann was rung.",
        "2026-11-21 03:00:00 UTC: Ann did not take the call: no answer.",
        "2026-11-21 03:00:00 UTC: A message of 7 seconds was left.",
    ]


@pytest.mark.parametrize("kind", ["recorded", "over"])
def test_who_says_nothing_becomes_an_incident_too(kind: EventKind) -> None:
    call, _ = after(begun(ANN)[0], "leg_over")
    silent, _ = after(call, kind)
    opened = replace(silent, incident_id="Q9")

    assert wants_incident(silent)
    assert not wants_incident(opened)
    assert outcome(opened) == "Nobody answered, no message"
    assert title_of(LINE, replace(silent, caller="Anonymous")) == (
        "Missed call from an unknown number on Support"
    )


def test_a_message_that_is_told_after_the_end_is_kept() -> None:
    call, _ = after(begun(ANN)[0], "leg_over")
    ended, _ = after(call, "over")
    late, _ = after(ended, "recorded", recording=RECORDING, seconds=7)

    assert late.state.recording == RECORDING
    assert after(late, "recorded", recording="RE2", seconds=9)[0] == late
    assert after(ended, "recorded")[0] == ended


def test_a_caller_who_hangs_up_while_it_rings_wakes_nobody_else() -> None:
    call, _ = begun(ANN, BEN)
    gone, instruction = after(call, "over")

    assert instruction == Drop()
    assert outcome(gone) == "Hung up"
    assert not wants_incident(gone)
    assert after(gone, "leg_over") == (gone, Drop())
    assert after(gone, "answered")[1] == Drop()
    assert after(gone, "over")[0] == gone


def test_what_is_told_twice_changes_nothing() -> None:
    call, ring = begun(ANN, BEN)
    passed, next_ring = after(call, "leg_over")
    waiting, message = after(passed, "leg_over", place=1)
    taken, _ = after(call, "key", key="1")

    assert after(call, "began") == (call, ring)
    assert after(passed, "leg_over") == (passed, next_ring)
    assert after(waiting, "leg_over", place=1) == (waiting, message)
    assert after(taken, "key", key="1") == (taken, Bridge())


def test_who_is_late_cannot_take_a_call() -> None:
    call, _ = begun(ANN, BEN)
    passed, _ = after(call, "leg_over")

    assert after(passed, "answered")[1] == Drop()
    assert after(passed, "key", key="1") == (passed, Drop())


def test_a_call_that_was_taken_ends_when_it_ends() -> None:
    taken, _ = after(begun(ANN)[0], "key", key="1")
    ended, instruction = after(taken, "leg_over")

    assert instruction == Drop()
    assert ended.state.stage == "over"
    assert after(taken, "over")[0].state.stage == "over"
    assert after(ended, "recorded", recording=RECORDING)[0] == ended
    assert outcome(ended) == "Taken by Ann"
