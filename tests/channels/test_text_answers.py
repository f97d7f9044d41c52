"""Short messages that people send us: who is answered, and who had better not be."""

import pytest

from tocsin.channels.texts.answers import LONGEST_COMMAND, LONGEST_QUESTION, heard_text, told
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.hearing import Command, Heard

SENDER = "+15550100"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("4", Answer(deed="acknowledge", sender=SENDER)),
        ("Gelöst 12", Answer(deed="resolve", number=12, sender=SENDER)),
        ("hm?", Answer(deed="list", sender=SENDER)),
    ],
)
def test_who_is_not_understood_is_told_what_is_open(text: str, answer: Answer) -> None:
    assert heard_text(text, SENDER) == Heard(answers=(answer,))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("oncall", ""),
        ("Wer?", ""),
        ("qui", ""),
        ("quien", ""),
        ("当番", ""),
        ("who is on call for payments and settlement", "payments and settlement"),
    ],
)
def test_who_is_on_call_can_be_asked(text: str, name: str) -> None:
    command = Command(word="who", text=name, sender=SENDER)

    assert heard_text(text, SENDER) == Heard(commands=(command,))


def test_no_incident_begins_by_a_short_message() -> None:
    answer = Answer(deed="list", sender=SENDER)

    assert heard_text("trigger Web Disk full", SENDER) == Heard(answers=(answer,))


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "Start",
        "I am driving right now and will call you back",
        "x" * (LONGEST_QUESTION + 1),
        "who " + "x" * LONGEST_COMMAND,
    ],
)
def test_carriers_and_machines_are_not_answered(text: str) -> None:
    assert heard_text(text, SENDER) == Heard()


def test_what_came_of_each_answer_has_a_line() -> None:
    upshots = [Upshot(ok=True, sentence="Resolved: #1."), Upshot(ok=False, sentence="Not #2.")]

    assert told(upshots) == "Resolved: #1.\nNot #2."
    assert told([]) == ""


def test_a_dash_in_a_title_costs_no_room() -> None:
    dashed = "Resolved: #1 Disk \N{EN DASH} full."

    assert told([Upshot(ok=True, sentence=dashed)]) == "Resolved: #1 Disk - full."


def test_what_has_no_words_is_not_sent() -> None:
    assert told([Upshot(ok=False, sentence="")]) == ""
