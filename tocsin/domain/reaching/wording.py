"""Wording: a message is put into words, as short, as long or as speakable as a channel needs."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from tocsin.domain.details import written_out
from tocsin.domain.local_times import local_time
from tocsin.domain.people.user import Urgency
from tocsin.domain.reaching.message import Briefing, Message
from tocsin.domain.reaching.page_words import BUILT_IN, FORMS, Form
from tocsin.domain.reaching.phrases import LANGUAGES, phrase
from tocsin.domain.reaching.speakable import speakable
from tocsin.kit import sms
from tocsin.kit.templating import Refused, read_template
from tocsin.kit.text import ELLIPSIS, one_line, printable, shortened

FEW: Final = 3  # incidents that a short message or a voice names
LISTED: Final = 20  # incidents that a longer text names
LONGEST: Final[Mapping[Form, int]] = {"title": 200, "text": 480, "body": 8000, "speech": 600}
MOST_PARTS: Final = 3  # of a short message whose template wants more than one
TITLES: Final[Mapping[Form, tuple[int, ...]]] = {  # how long titles may be: what fits is taken
    "title": (180,),
    "text": (120, 80, 60, 40, 25, 15),
    "body": (200,),
    "speech": (200, 120, 80),
}
LONGEST_DETAILS: Final = 1500
LONGEST_NOTE: Final = 2000
MOST_NAMES: Final = 10

_LISTS: Final = frozenset({"incidents", "further"})
_REPLIES: Final = {
    "trial": "reply_arrived",
    "awake": "reply_awake",
    "responder_request": "reply_accept",
}

Templates = Mapping[tuple[str, str], str]  # by form and language
Spoken = Callable[[str], str]


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as templates may speak of it."""

    number: int
    title: str
    service: str
    urgency: Urgency
    severity: str
    source: str
    policy: str
    opened: str
    details: str
    link: str
    assignees: tuple[str, ...]


class Worded(msgspec.Struct, frozen=True):
    """A message with its words. ``faults`` say which templates could not be used, and why."""

    message: Message
    faults: tuple[str, ...] = ()


def worded(message: Message, templates: Templates | None = None) -> Message:
    """Return a message with its words in the person's language."""
    return put_into_words(message, templates or {}).message


def put_into_words(message: Message, templates: Templates) -> Worded:
    """Put a message into words; a template that cannot be used gives way to the one built in."""
    language = message.language if message.language in LANGUAGES else "en"
    message = replace(message, language=language)
    if message.kind in {"page", "copy"}:
        words, faults = _page(message, templates)
        if message.kind == "copy":
            words = _as_copy(message, words)
    else:
        words, faults = _notice(message), ()
    if message.deeds and not message.hears:
        words["text"] = _joined(" ", words["text"], message.answer_url)
    given = {form: getattr(message, form) or words[form] for form in FORMS}
    return Worded(replace(message, **given), faults)


def render_page(message: Message, form: Form, template: str) -> str:
    """Word a page by a template; long titles are cut until it fits. Raises Refused."""
    read = read_template(template)
    most = LISTED if read.names & _LISTS else FEW  # a storm makes many messages: no work for naught
    for longest_title in TITLES[form]:
        text = read.render(_values(message, form, longest_title, most))
        if form == "text":
            text = sms.plain(text.replace(ELLIPSIS, sms.CUT))
        if len(text) <= LONGEST[form] and (form != "text" or sms.segments(text) == 1):
            break
    if form in {"title", "speech"}:
        return one_line(text, LONGEST[form])
    return sms.shortened(text, MOST_PARTS) if form == "text" else text


def _page(message: Message, templates: Templates) -> tuple[dict[Form, str], tuple[str, ...]]:
    words, faults = {}, []
    for form in FORMS:
        key = (form, message.language)
        try:
            words[form] = render_page(message, form, templates.get(key, BUILT_IN[key]))
        except Refused as refused:
            faults.append(f"The template for {form} in {message.language} is broken. {refused}")
            words[form] = render_page(message, form, BUILT_IN[key])
    return words, tuple(faults)


def _as_copy(message: Message, words: Mapping[Form, str]) -> dict[Form, str]:
    """Say before the words of a page that nothing is to be done."""
    told = phrase("copy", message.language, person=one_line(message.notice.person, 100))
    return {
        "title": phrase("copy_title", message.language, what=words["title"]),
        "text": phrase("copy_text", message.language, what=words["text"]),
        "body": f"{told}\n\n{words['body']}",
        "speech": shortened(f"{told} {words['speech']}", LONGEST["speech"]),
    }


def _notice(message: Message) -> dict[Form, str]:
    """Word what is no page: a heading and a sentence, and how to answer."""
    title, sentence = _said(message, lambda text: text)
    spoken_title, spoken = _said(message, lambda text: speakable(text, message.language))
    if message.kind == "code":
        digits = ", ".join(message.notice.code)
        spoken = phrase("code", message.language, code=digits)
        spoken = f"{spoken} {phrase('code_again', message.language, code=digits)}"
        spoken_title = ""
    links = [one.html_url for one in message.incidents]
    return {
        "title": title,
        "text": sms.plain(
            _joined(" ", _heading(message, title), sentence, _how_to_answer(message))
        ),
        "body": _joined("\n\n", sentence, *links),
        "speech": shortened(_joined(" ", _ended(spoken_title), spoken), LONGEST["speech"]),
    }


def _said(message: Message, spoken: Spoken) -> tuple[str, str]:
    """Return the heading and the sentence of a notice."""
    notice, key = message.notice, str(message.kind)
    if message.kind == "hand_off":
        key = "shift_begins" if notice.begins else "shift_ends"
    at = notice.shift_at or message.at
    values = {
        "what": spoken(_what(message)),
        "recipient": spoken(one_line(message.recipient, 100)),
        "person": spoken(one_line(notice.person, 100)),
        "schedule": spoken(one_line(notice.schedule, 200)),
        "note": spoken(shortened(printable(notice.note), LONGEST_NOTE)),
        "when": local_time(at, message.time_zone, message.language),
        "code": notice.code,
    }
    title, sentence = (
        phrase(key, message.language, **values).strip() for key in (f"{key}_title", key)
    )
    return one_line(title, LONGEST["title"]), sentence


def _what(message: Message) -> str:
    count = len(message.incidents) + message.further
    if count == 1:
        return f"#{message.incidents[0].number} {one_line(message.incidents[0].title, 120)}"
    return phrase("incidents", message.language, count=count)


def _heading(message: Message, title: str) -> str:
    """Return the heading where the sentence alone would not be understood."""
    return "" if message.kind in {"trial", "code", "hand_off"} else _ended(title)


def _how_to_answer(message: Message) -> str:
    key = _REPLIES.get(message.kind)
    return phrase(key, message.language) if key and message.deeds and message.hears else ""


def _ended(text: str) -> str:
    """End a sentence that has no end."""
    return text if not text or text[-1] in ".?!。" else f"{text}."


def _joined(between: str, *parts: str) -> str:
    return between.join(part for part in parts if part)


def _values(message: Message, form: Form, longest_title: int, most: int) -> dict[str, Any]:
    language = message.language
    spoken: Spoken = (lambda text: speakable(text, language)) if form == "speech" else str
    incidents = [_shown(message, one, spoken, longest_title) for one in message.incidents[:most]]
    count = len(message.incidents) + message.further
    return {
        "count": count,
        "incident": incidents[0],
        "incidents": incidents,
        "further": count - len(incidents),
        "few": incidents[:FEW],
        "more": count - len(incidents[:FEW]),
        "recipient": spoken(one_line(message.recipient, 100)),
        "keys": "acknowledge" in message.deeds and message.hears,
    }


def _shown(message: Message, one: Briefing, spoken: Spoken, longest_title: int) -> Shown:
    details = "" if one.details is None else written_out(one.details, LONGEST_DETAILS)
    return Shown(
        number=one.number,
        title=spoken(one_line(one.title, longest_title)),
        service=spoken(one_line(one.service, 100)),
        urgency=one.urgency,
        severity=one.severity or "",
        source=spoken(one_line(one.source or "", 100)),
        policy=spoken(one_line(one.policy, 100)),
        opened=local_time(one.opened_at, message.time_zone, message.language),
        details=details,
        link=one.html_url,
        assignees=tuple(spoken(one_line(name, 100)) for name in one.assignees[:MOST_NAMES]),
    )
