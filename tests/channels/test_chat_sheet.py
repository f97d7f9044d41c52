"""Sheets: what chats show of a message, and what their buttons mean."""

import pytest
from msgspec.structs import replace

from tests.channels.test_email import DISK, MESSAGE
from tests.standins.pages import PAGE, TOKEN
from tocsin.channels.chats.sheet import answer_of, sheet_of, sheet_of_post, sheet_to_open
from tocsin.channels.chats.text import heard_in_text
from tocsin.domain.reaching.answer import Answer, Deed
from tocsin.domain.reaching.hearing import Heard, Unheard
from tocsin.domain.reaching.message import Briefing, MessageKind
from tocsin.domain.reaching.room import Post
from tocsin.domain.reaching.wording import worded


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "ja"])
@pytest.mark.parametrize("incidents", [(DISK,), (DISK, replace(DISK, number=13))])
def test_nothing_is_said_twice(language: str, incidents: tuple[Briefing, ...]) -> None:
    page = worded(replace(MESSAGE, language=language, incidents=incidents))

    sheet = sheet_of(page)

    assert sheet.title
    assert sheet.title not in sheet.lines.splitlines()[0]
    assert not sheet.url or sheet.url not in sheet.lines
    assert "db-1" in sheet.lines


def test_long_words_are_cut_and_what_came_of_them_is_not() -> None:
    sheet = sheet_of(replace(PAGE, title="t" * 999, body="x" * 999)).closed("Done.")

    assert (len(sheet.title), sheet.buttons) == (200, ())
    assert sheet.words(100) == f"{'x' * 99}…\n\nDone."


def test_what_cannot_be_answered_by_buttons_is_answered_on_a_page() -> None:
    sheet = sheet_to_open(replace(PAGE, language="de"))

    assert (sheet.url, sheet.buttons) == (PAGE.answer_url, ())
    assert sheet.link == "Bestätigen / Lösen / Eskalieren"


@pytest.mark.parametrize(
    ("kind", "label"), [("trial", "Ist angekommen"), ("awake", "Ich bin wach")]
)
def test_what_is_confirmed_stands_on_the_button(kind: MessageKind, label: str) -> None:
    message = replace(PAGE, kind=kind, deeds=("confirm",), language="de")

    assert [button.label for button in sheet_of(message).buttons] == [label]
    assert sheet_to_open(message).link == label


def test_a_trial_of_a_room_has_no_number() -> None:
    sheet = sheet_of_post(Post(title="Trial", url="", language="en", standing="All is well."))

    assert (sheet.title, sheet.lines, sheet.buttons) == ("Trial", "All is well.", ())


@pytest.mark.parametrize(
    "deed", ["acknowledge", "resolve", "escalate", "join", "decline", "confirm"]
)
def test_each_button_comes_back_as_what_it_said(deed: Deed) -> None:
    (button,) = sheet_of(replace(PAGE, deeds=(deed,))).buttons

    answer = answer_of(button.mark, person="ann", place="here")

    assert len(button.mark.encode()) <= 64
    assert answer == Answer(deed=button.deed, token=TOKEN, sender="here")


def test_a_button_of_a_room_names_the_incident_and_who_pressed_it() -> None:
    assert answer_of("r:12", person="ann", place="here") == Answer(
        deed="resolve", number=12, sender="ann"
    )


@pytest.mark.parametrize("mark", ["", "a", "a:", ":12", "z:12", "l:12", "acknowledge:12"])
def test_other_marks_are_not_understood(mark: str) -> None:
    with pytest.raises(Unheard):
        answer_of(mark, person="ann", place=None)


@pytest.mark.parametrize("text", ["", "who knows?!", "good night", "ack or resolve"])
def test_what_is_not_plain_is_not_guessed(text: str) -> None:
    assert heard_in_text(text, "ann").answers == Heard().answers
