"""Call lines: which telephone numbers ring whoever is on call, and the calls that came in."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from tocsin.domain.reaching.call_line import DEFAULT_RING_SECONDS, RING_SECONDS, CallLine
from tocsin.domain.reaching.call_words import caller_of, outcome, sentence
from tocsin.domain.reaching.phrases import LANGUAGE_NAMES
from tocsin.usecases.errors import Complaint
from tocsin.usecases.reaching import call_candidates, call_lines
from tocsin.usecases.reaching.call_lines import Wish
from tocsin.usecases.reaching.providers import callback_of
from tocsin.usecases.response import choices
from tocsin.web.lists import address_of_part, cut, page_asked, part_of
from tocsin.web.notices import done
from tocsin.web.numbers import number_in
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Form, Visit

PATH: Final = "/call-lines"
SOUND: Final = "audio/mpeg"


async def list_lines(visit: Visit) -> Response:
    """Show all lines."""
    return show(
        visit,
        "call_lines.html",
        lines=await call_lines.find(visit.house),
        carriers=call_lines.carriers(visit.house),
    )


async def ask_for_new(visit: Visit) -> Response:
    """Show an empty form, perhaps for a service."""
    usual = {
        "language": visit.house.account.language,
        "ring_seconds": str(DEFAULT_RING_SECONDS),
    }
    return await _form(visit, {**usual, **visit.query})


async def create(visit: Visit) -> Response:
    """Add a line."""
    try:
        line = await call_lines.create(visit.house, _wish(visit.form), visit.now)
    except Complaint as complaint:
        return await _form(visit, visit.form, complaint=complaint)
    told = "The line was added. Tell the provider what to do with its calls."
    return done(visit, f"{PATH}/{line.id}", told)


async def show_line(visit: Visit) -> Response:
    """Show one line, whom it would ring now, and the calls that came in on it."""
    known = await call_lines.get(visit.house, visit.parameter("id"))
    page, path = page_asked(visit), f"{PATH}/{known.line.id}"
    calls, _ = await call_lines.calls_of(visit.house, known.line.id, part_of(page))
    shown, has_more = cut(calls)
    return show(
        visit,
        "call_line.html",
        known=known,
        line=known.line,
        spoken=LANGUAGE_NAMES[known.line.language],
        levels=await call_candidates.find(visit.house, known.line, visit.now),
        callback=f"{callback_of(visit.house, known.line.provider_id)}/line",
        calls=[(call, caller_of(call), outcome(call)) for call in shown],
        page=page,
        has_more=has_more,
        address=lambda number: address_of_part(path, number),
    )


async def show_call(visit: Visit) -> Response:
    """Show what happened in a call, and play its message."""
    known = await call_lines.get(visit.house, visit.parameter("id"))
    call_id = visit.parameter("call_id")
    call, is_audible = await call_lines.call_of(visit.house, known.line.id, call_id)
    return show(
        visit,
        "call.html",
        line=known.line,
        call=call,
        caller=caller_of(call),
        outcome=outcome(call),
        steps=[(step.at, sentence(step)) for step in call.state.steps],
        is_audible=is_audible,
    )


async def play(visit: Visit) -> Response:
    """Give the message that was left in a call."""
    line_id, call_id = visit.parameter("id"), visit.parameter("call_id")
    sound = await call_lines.sound_of(visit.house, line_id, call_id)
    return Response(sound, media_type=SOUND)


async def ask_for_change(visit: Visit) -> Response:
    """Show a line as a form."""
    known = await call_lines.get(visit.house, visit.parameter("id"))
    return await _form(visit, _draft(known.line), line=known.line)


async def change(visit: Visit) -> Response:
    """Change a line."""
    known = await call_lines.get(visit.house, visit.parameter("id"))
    try:
        await call_lines.change(visit.house, known.line.id, _wish(visit.form))
    except Complaint as complaint:
        return await _form(visit, visit.form, line=known.line, complaint=complaint)
    return done(visit, f"{PATH}/{known.line.id}", "The line was changed.")


async def remove(visit: Visit) -> Response:
    """Take a line away."""
    await call_lines.remove(visit.house, visit.parameter("id"))
    return done(visit, PATH, "The line was deleted.")


async def _form(
    visit: Visit,
    draft: Mapping[str, str],
    *,
    line: CallLine | None = None,
    complaint: Complaint | None = None,
) -> Response:
    return show(
        visit,
        "call_line_form.html",
        complaint=complaint,
        draft=draft,
        line=line,
        number=call_lines.NUMBER,
        seconds=RING_SECONDS,
        providers=[(one.id, one.name) for one in call_lines.carriers(visit.house)],
        services=await choices.services(visit.house),
        languages=[*LANGUAGE_NAMES.items()],
    )


def _draft(line: CallLine) -> dict[str, str]:
    return {
        "provider": line.provider_id,
        "number": line.number,
        "name": line.name,
        "service": line.service_id,
        "language": line.language,
        "ring_seconds": str(line.ring_seconds),
    }


def _wish(form: Form) -> Wish:
    return Wish(
        provider_id=form.get("provider", ""),
        number=form.get("number", ""),
        name=form.get("name", ""),
        service_id=form.get("service", ""),
        language=form.get("language", ""),
        ring_seconds=number_in(form.get("ring_seconds", "")),
    )


PAGES: Final = (
    Page("GET", PATH, list_lines, "read"),
    Page("POST", PATH, create, "manage"),
    Page("GET", f"{PATH}/new", ask_for_new, "manage"),
    Page("GET", f"{PATH}/{{id}}", show_line, "read"),
    Page("POST", f"{PATH}/{{id}}", change, "manage"),
    Page("GET", f"{PATH}/{{id}}/edit", ask_for_change, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", remove, "manage"),
    Page("GET", f"{PATH}/{{id}}/calls/{{call_id}}", show_call, "read"),
    Page("GET", f"{PATH}/{{id}}/calls/{{call_id}}/message.mp3", play, "read"),
)
