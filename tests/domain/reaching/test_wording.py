"""A message in words: as short, as long or as speakable as a channel needs, in five languages."""

import re
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from jinja2 import Environment, meta
from msgspec.structs import replace

from tocsin.channels.answering import Said, read
from tocsin.domain.reaching.message import Briefing, Message, MessageKind, Notice
from tocsin.domain.reaching.page_words import BUILT_IN, Form
from tocsin.domain.reaching.phrases import LANGUAGES
from tocsin.domain.reaching.wording import LISTED, LONGEST, put_into_words, worded
from tocsin.kit.sms import segments

NIGHT = datetime(2026, 1, 10, 2, 14, tzinfo=UTC)
DISK = Briefing(
    id="Q1",
    number=12,
    title="Disk full on db-1",
    service="Checkout",
    urgency="high",
    opened_at=NIGHT,
    html_url="https://oncall.example.com/incidents/Q1",
    policy="Web",
    assignees=("Ann Lee",),
    severity="critical",
    source="db-1",
    details={"free": "0 %"},
)
PAGE = Message(
    id="Q9",
    at=NIGHT,
    sender="Tocsin <oncall@example.com>",
    recipient="Ann Lee",
    time_zone="Europe/Vienna",
    incidents=(DISK,),
    deeds=("acknowledge", "resolve", "escalate"),
)
NOTICE = Notice(
    code="482913", schedule="Web", shift_at=NIGHT, person="Ben", note="We are rolling back."
)
LONG = "The error rate of the checkout in the shop is far beyond what anybody would tolerate"


def storm(count: int, **changes: Any) -> tuple[Briefing, ...]:
    return tuple(replace(DISK, number=12 + n, **changes) for n in range(count))


def test_a_page_says_what_where_and_how_to_answer() -> None:
    message = worded(PAGE)

    assert message.title == "#12 Disk full on db-1"
    assert message.text == (
        "#12 Disk full on db-1 (Checkout).\nReply 4 to acknowledge, 6 to resolve."
    )
    assert message.speech == "Incident 12, service Checkout: Disk full on db 1."
    assert message.body == (
        "#12 Disk full on db-1\n"
        "Service: Checkout\n"
        "Urgency: high\n"
        "Source: db-1\n"
        "Since: Saturday 10 January, 03:14\n"
        "\n"
        "free: 0 %\n"
        "\n"
        "https://oncall.example.com/incidents/Q1"
    )


def test_a_short_message_has_room_for_a_title_with_a_dash_in_it() -> None:
    title = "Latency of “checkout” \u2014 p99 over two seconds in all of the regions of the shop"
    text = worded(replace(PAGE, incidents=(replace(DISK, title=title),))).text

    assert 'Latency of "checkout" - p99 over two seconds in all of the regions of the' in text
    assert segments(text) == 1


def test_what_is_not_known_leaves_no_gap() -> None:
    bare = replace(DISK, source=None, details=None, urgency="low", severity=None)

    assert worded(replace(PAGE, incidents=(bare,))).body == (
        "#12 Disk full on db-1\n"
        "Service: Checkout\n"
        "Urgency: low\n"
        "Since: Saturday 10 January, 03:14\n"
        "\n"
        "https://oncall.example.com/incidents/Q1"
    )


def test_nothing_tells_how_to_answer_where_nothing_can_be_done() -> None:
    assert "Reply" not in worded(replace(PAGE, deeds=())).text


@pytest.mark.parametrize(("shown", "further"), [(2, 0), (4, 0), (5, 40), (25, 9975)])
def test_a_digest_counts_right_in_every_form(shown: int, further: int) -> None:
    message = worded(replace(PAGE, incidents=storm(shown), further=further))

    total = shown + further
    assert message.title == f"{total} triggered incidents"
    assert message.text.startswith(f"{total} triggered incidents: #12 ")
    assert message.body.startswith(f"{total} triggered incidents:\n#12 ")
    assert f"There are {total} incidents" in message.speech
    assert message.text.count("#") == message.speech.count("Incident ") == min(shown, 3)
    assert message.body.count("\n#") == min(shown, LISTED)
    unsaid, unlisted = total - min(shown, 3), total - min(shown, LISTED)
    assert (f"and {unsaid} more." in message.text) == bool(unsaid)
    assert (f"And {unsaid} more." in message.speech) == bool(unsaid)
    assert (f"And {unlisted} more." in message.body) == bool(unlisted)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", get_args(MessageKind))
def test_every_kind_has_words_in_every_language(kind: MessageKind, language: str) -> None:
    message = worded(replace(PAGE, kind=kind, language=language, notice=NOTICE))

    assert message.title
    assert message.body
    assert len(message.speech) <= LONGEST["speech"]
    assert 0 < len(message.text) <= 200
    assert not {"{", "}"} & set(message.title + message.text + message.speech)
    if language != "en":
        english = worded(replace(PAGE, kind=kind, notice=NOTICE))
        assert message.speech != english.speech


def test_long_titles_are_cut_so_that_a_short_message_stays_one() -> None:
    one = worded(replace(PAGE, incidents=(replace(DISK, title=LONG * 3),)))
    several = worded(replace(PAGE, incidents=storm(9, title=LONG)))

    for message in (one, several):
        assert segments(message.text) == 1
        assert message.text.endswith("\nReply 4 to acknowledge, 6 to resolve.")
    assert len(one.title) <= LONGEST["title"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_one_short_message_in_every_language(language: str) -> None:
    one = worded(replace(PAGE, language=language))
    digest = worded(replace(PAGE, language=language, incidents=storm(40)))

    assert segments(one.text) == 1, one.text
    assert segments(digest.text) == (2 if language == "ja" else 1), digest.text


def test_a_voice_is_never_too_long() -> None:
    message = worded(replace(PAGE, incidents=storm(9, title=LONG * 5, service="S" * 300)))

    assert len(message.speech) <= LONGEST["speech"]


def test_a_copy_says_that_nothing_is_to_be_done() -> None:
    message = worded(replace(PAGE, kind="copy", notice=NOTICE, deeds=()))

    assert message.title == "For your information: #12 Disk full on db-1"
    assert message.text == (
        "For your information, nothing to do: #12 Disk full on db-1 (Checkout)."
    )
    told = "For your information, nothing to do: this page went to Ben."
    assert message.body.startswith(f"{told}\n\n#12 Disk full")
    assert message.speech.startswith(f"{told} Incident 12, service Checkout")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("trial", "This is a test page from Tocsin for Ann Lee. Pages reach you here."),
        ("code", "Your Tocsin code is 482913."),
        ("hand_off", "Your on-call shift for Web begins: Saturday 10 January, 03:14."),
        (
            "status_update",
            "Status update on #12 Disk full on db-1. Ben writes: We are rolling back.",
        ),
        (
            "responder_request",
            "Ben asks for your help. It is about #12 Disk full on db-1. We are rolling back.",
        ),
        (
            "awake",
            "Are you awake? You acknowledged #12 Disk full on db-1."
            " Without your answer, others will be paged.",
        ),
    ],
)
def test_what_is_no_page_is_told_in_a_sentence(kind: MessageKind, text: str) -> None:
    assert worded(replace(PAGE, kind=kind, notice=NOTICE, deeds=())).text == text


def test_the_end_of_a_shift_is_told_as_such() -> None:
    notice = replace(NOTICE, begins=False, shift_at=None)

    message = worded(replace(PAGE, kind="hand_off", notice=notice, deeds=()))

    assert message.title == "Off call soon: Web"
    assert message.text == "Your on-call shift for Web ends: Saturday 10 January, 03:14."


def test_notices_that_want_an_answer_say_how() -> None:
    awake = worded(replace(PAGE, kind="awake", deeds=("confirm",), incidents=storm(3)))
    asked = worded(replace(PAGE, kind="responder_request", notice=NOTICE))

    trial = worded(replace(PAGE, kind="trial", deeds=("confirm",)))

    assert trial.text.endswith('Pages reach you here. Reply "It has arrived" to prove it.')
    assert awake.text.endswith(
        "You acknowledged 3 incidents. Without your answer, others will be"
        ' paged. Reply "awake" to confirm.'
    )
    assert asked.text.endswith("Reply 2 to accept, 3 to decline.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["awake", "trial"])
def test_the_word_that_is_asked_for_is_understood(kind: MessageKind, language: str) -> None:
    message = worded(replace(PAGE, kind=kind, language=language, deeds=("confirm",)))

    (word,) = re.findall(r'["「](.+?)["」]', message.text)
    assert read(word) == Said(deed="confirm")


def test_a_code_is_said_figure_by_figure_and_twice() -> None:
    assert worded(replace(PAGE, kind="code", notice=NOTICE, incidents=())).speech == (
        "Your Tocsin code is 4, 8, 2, 9, 1, 3. Once more: 4, 8, 2, 9, 1, 3."
    )


def test_a_language_that_is_not_spoken_here_becomes_english() -> None:
    message = worded(replace(PAGE, language="fi"))

    assert message.language == "en"
    assert message.speech.startswith("Incident 12, service Checkout")


def test_words_that_a_message_brings_stay() -> None:
    message = worded(replace(PAGE, title="Own title", speech="Own speech"))

    assert (message.title, message.speech) == ("Own title", "Own speech")
    assert message.text.startswith("#12 Disk full")


def test_templates_of_administrators_take_the_place_of_those_built_in() -> None:
    templates = {
        ("text", "en"): "{{ incident.severity }} {{ incident.policy }}: {{ incident.title }}",
        ("title", "de"): "Alarm",
        ("speech", "en"): "Wake up,\n{{ recipient }}!",
    }

    english = put_into_words(PAGE, templates)
    german = worded(replace(PAGE, language="de"), templates)

    assert english.faults == ()
    assert english.message.text == "critical Web: Disk full on db-1"
    assert english.message.title == "#12 Disk full on db-1"
    assert english.message.speech == "Wake up, Ann Lee!"
    assert german.title == "Alarm"


def test_a_wordy_template_of_a_short_message_is_cut() -> None:
    templates = {("text", "en"): "word " * 200}

    assert segments(worded(PAGE, templates).text) == 3


@pytest.mark.parametrize("broken", ["{{ nobody }}", "{% if %}", "{{ incident.title.x }}"])
def test_a_broken_template_gives_way_to_the_one_built_in(broken: str) -> None:
    found = put_into_words(PAGE, {("speech", "en"): broken})

    assert found.message == worded(PAGE)
    assert len(found.faults) == 1
    assert found.faults[0].startswith("The template for speech in en is broken. ")


@pytest.mark.parametrize(("form", "language"), BUILT_IN)
def test_every_language_speaks_of_the_same_things(form: Form, language: str) -> None:
    asked, english = (
        meta.find_undeclared_variables(Environment().parse(BUILT_IN[form, spoken]))
        for spoken in (language, "en")
    )

    assert asked == english


def test_where_nobody_hears_what_is_written_back_a_link_leads_to_the_answer() -> None:
    message = replace(PAGE, hears=False, answer_url="https://oncall.example.com/a/t")

    worded_ = worded(message)

    assert worded_.text.endswith(" https://oncall.example.com/a/t")
    assert "Reply" not in worded_.text
    assert "Reply" in worded(replace(message, hears=True)).text
