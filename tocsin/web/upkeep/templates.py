"""Message templates: the words of pages, changed by administrators and seen before they hold."""

from collections.abc import Mapping
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from tocsin.domain.reaching.page_words import BUILT_IN, FORMS, Form
from tocsin.domain.reaching.phrases import LANGUAGE_NAMES
from tocsin.kit import sms
from tocsin.usecases.errors import Complaint
from tocsin.usecases.reaching import templates
from tocsin.usecases.reaching.templates import Known
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

PATH: Final = "/message-templates"
FORM_NAMES: Final[Mapping[Form, str]] = {
    "title": "Heading",
    "text": "Short message",
    "body": "Longer message",
    "speech": "Telephone",
}
PURPOSES: Final[Mapping[Form, str]] = {
    "title": "One line: the title of a push message, the heading of a chat message.",
    "text": "One SMS or WhatsApp message: what, where, and how to answer.",
    "body": "Chats and push messages, below the heading.",
    "speech": "What a telephone says before it asks for a key: whole sentences, no signs.",
}
NAMES: Final = (
    ("count", "How many incidents it is about"),
    ("incident", "The first of them"),
    ("few, more", "The first three, and how many beyond"),
    ("incidents, further", "The first twenty, and how many beyond"),
    (
        "incident.number, title, service, urgency, severity, source, policy, opened, details, link,"
        " assignees",
        "What is known of one; what is not known is empty",
    ),
    ("recipient", "Who is told"),
    ("keys", "Whether a key or a short answer does something"),
    ("cut(40), upper, lower, join, length", "Filters"),
)


async def list_templates(visit: Visit) -> Response:
    """Show the forms in all languages."""
    found = await templates.find(visit.house)
    return show(
        visit,
        "message_templates.html",
        known={(one.form, one.language): one for one in found},
        forms=FORM_NAMES,
        purposes=PURPOSES,
        languages=LANGUAGE_NAMES,
    )


async def show_template(visit: Visit) -> Response:
    """Show the words of one form in one language, and what becomes of them."""
    known = await _known(visit)
    return _form(visit, known, known.text)


async def change(visit: Visit) -> Response:
    """Let other words hold, or only show what would become of them."""
    known = await _known(visit)
    text, wanted = visit.form.get("text", ""), visit.form.get("do", "")
    if wanted == "preview":
        return _form(visit, known, text)
    where = _address(known.form, known.language)
    if wanted == "forget":
        await templates.take_back(visit.house, known.form, known.language)
        return done(visit, where, "The words that are built in hold again.")
    try:
        await templates.change(visit.house, known.form, known.language, text, visit.now)
    except Complaint as complaint:
        return _form(visit, known, text, complaint)
    return done(visit, where, "Saved. The next page is told in these words.")


async def _known(visit: Visit) -> Known:
    form, language = visit.parameter("form"), visit.parameter("language")
    if form not in FORMS or language not in LANGUAGE_NAMES:
        raise HTTPException(404)
    return await templates.get(visit.house, form, language)


def _form(visit: Visit, known: Known, text: str, complaint: Complaint | None = None) -> Response:
    seen = templates.preview(visit.house, known.form, known.language, text, visit.now)
    return show(
        visit,
        "message_template.html",
        complaint=complaint,
        known=known,
        text=text,
        built_in=BUILT_IN[known.form, known.language],
        name=FORM_NAMES[known.form],
        purpose=PURPOSES[known.form],
        called=LANGUAGE_NAMES[known.language],
        address=_address(known.form, known.language),
        others=[
            (_address(known.form, code), called, code == known.language, None)
            for code, called in LANGUAGE_NAMES.items()
        ],
        fault=seen.fault,
        samples=[
            ("One incident", seen.one, _length(known.form, seen.one)),
            ("41 incidents", seen.many, _length(known.form, seen.many)),
        ],
        names=NAMES,
    )


def _address(form: str, language: str) -> str:
    return f"{PATH}/{form}/{language}"


def _length(form: Form, text: str) -> str:
    """Say how long a text is, and how many short messages it takes."""
    length = f"{len(text)} characters"
    if form != "text":
        return length
    count = sms.segments(text)
    letters = "plain letters" if sms.alphabet_of(text) == "gsm" else "letters beyond the plain ones"
    return f"{length}, {letters}: {count} SMS"


PAGES: Final = (
    Page("GET", PATH, list_templates, "administer"),
    Page("GET", f"{PATH}/{{form}}/{{language}}", show_template, "administer"),
    Page("POST", f"{PATH}/{{form}}/{{language}}", change, "administer"),
)
