"""The menu of a call: what is said, to whom, in which language, and what its keys do."""

import pytest
from msgspec.structs import replace

from tests.standins.pages import NOTICE, PAGE
from tocsin.channels.calls.speaking import (
    DEED_OF,
    LONGEST_SPEECH,
    Part,
    call,
    conclude,
    correct,
    leave,
)
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.phrases import LANGUAGES

SPOKEN = replace(PAGE, speech="Disk full on db-1")
READ = replace(NOTICE, speech="Your code is 1 2 3 4")
GREETING = "This is Tocsin, calling for Ann Lee."
MENU = (
    "To acknowledge, press 4.",
    "To resolve, press 6.",
    "To escalate, press 8.",
)
AGAIN = "Once more:"
FAREWELL = Part(("No key was pressed, so nothing was done. Goodbye.",))


def test_whoever_answers_is_asked_three_times() -> None:
    again = Part(("No key was pressed. Once more:", "Disk full on db-1", *MENU), asks=True)

    assert call(SPOKEN) == (
        Part((GREETING, "Disk full on db-1", *MENU), asks=True),
        again,
        again,
        FAREWELL,
    )


def test_what_is_only_to_be_heard_is_said_twice_and_asks_nothing() -> None:
    assert call(READ) == (
        Part((GREETING, "Your code is 1 2 3 4")),
        Part(("Once more:", "Your code is 1 2 3 4")),
        Part(("Goodbye.",)),
    )


def test_a_machine_hears_it_twice_and_a_person_taken_for_one_may_press_a_key() -> None:
    said = (GREETING, "Disk full on db-1", AGAIN, "Disk full on db-1")

    assert leave(SPOKEN) == (Part((*said, "If somebody is listening now:", *MENU), asks=True),)
    assert leave(READ) == (Part((GREETING, "Your code is 1 2 3 4", AGAIN, "Your code is 1 2 3 4")),)


def test_a_key_that_means_nothing_leads_back_to_the_menu() -> None:
    said = ("That key means nothing here.", "Disk full on db-1", *MENU)

    assert correct(SPOKEN) == (Part(said, asks=True), FAREWELL)


def test_after_a_key_it_is_said_what_came_of_it() -> None:
    done = Upshot(ok=True, sentence="Acknowledged: #12 CPU > 90% at https://db-1.example.com.")
    said = "Acknowledged: number 12 C P U greater than 90 percent at a link."

    assert conclude(SPOKEN, [done]) == (Part((said, "Goodbye.")),)


def test_where_nothing_came_of_a_key_another_may_be_pressed() -> None:
    refused = Upshot(ok=False, sentence="There is nobody left.")

    assert conclude(SPOKEN, [refused]) == (
        Part(("There is nobody left.", *MENU), asks=True),
        FAREWELL,
    )


def test_only_what_is_offered_has_a_key() -> None:
    awake = replace(SPOKEN, deeds=("confirm",))

    assert call(awake)[0].sentences[-1] == "To say that you are there, press 1."
    assert [DEED_OF[key] for key in "1468"] == ["confirm", "acknowledge", "resolve", "escalate"]
    assert not call(replace(SPOKEN, deeds=("list",)))[0].asks


def test_who_is_asked_to_help_accepts_or_declines() -> None:
    asked = replace(SPOKEN, deeds=("join", "decline"))

    assert call(asked)[0].sentences[-2:] == ("To accept, press 2.", "To decline, press 3.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_all_its_words(language: str) -> None:
    message = replace(
        SPOKEN, deeds=("confirm", *SPOKEN.deeds, "join", "decline"), language=language
    )

    for parts in (call(message), leave(message), correct(message)):
        said = " ".join(sentence for part in parts for sentence in part.sentences)
        assert all(digit in said for digit in "123468")
        assert (GREETING in said) <= (language == "en")


def test_a_speech_is_not_endless_and_stays_on_one_line() -> None:
    speech = call(replace(SPOKEN, speech="Disk\nfull. " * 1000))[0].sentences[1]

    assert speech.startswith("Disk full. Disk full.")
    assert len(speech) == LONGEST_SPEECH
