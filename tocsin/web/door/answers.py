"""Answers: the page to which a message leads, for whoever received it, signed in or not."""

from typing import Final, get_args

from starlette.exceptions import HTTPException
from starlette.responses import Response

from tocsin.domain.reaching.answer import Deed
from tocsin.domain.reaching.labels import labels_of
from tocsin.usecases.errors import NotFound
from tocsin.usecases.reaching import answer_pages
from tocsin.usecases.reaching.answer_pages import Asked
from tocsin.web.notices import Notice, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

PATH: Final = "/answer/{token}"
GONE: Final = 410
SECRET: Final = {"referrer-policy": "no-referrer"}  # the address of the page is a key


async def ask(visit: Visit) -> Response:
    """Show what a message was about, and buttons. Opening it changes nothing: gateways look."""
    return _show(visit, await _asked(visit))


async def answer(visit: Visit) -> Response:
    """Do what the button says."""
    asked = await _asked(visit)
    deed = next((deed for deed in get_args(Deed) if deed == visit.form.get("deed")), None)
    if deed is None:
        raise HTTPException(400)
    if asked.is_over:
        return _show(visit, asked)
    token = asked.message.token
    upshot = await answer_pages.give(visit.house, token, deed, visit.now)
    if upshot.ok:
        return done(visit, f"/answer/{token}", upshot.sentence)
    notice = Notice(sentence=upshot.sentence, is_refusal=True)
    return _show(visit, await _asked(visit), notice, status=409)


async def _asked(visit: Visit) -> Asked:
    """Find what the address is about. Who guesses must wait: nobody else brings wrong tokens."""
    token = str(visit.request.path_params["token"])
    try:
        return await answer_pages.look(visit.house, token, visit.now)
    except NotFound:
        if visit.attempts.begin("", visit.address, visit.now, at="answer"):
            raise HTTPException(429) from None
        raise


def _show(
    visit: Visit, asked: Asked, notice: Notice | None = None, *, status: int = 200
) -> Response:
    wanted = visit.query.get("do", "")
    first = wanted if wanted in asked.deeds else next(iter(asked.deeds), "")
    page = show(
        visit,
        "answer.html",
        status=GONE if asked.is_over else status,
        notice=notice,
        language=asked.message.language,
        asked=asked,
        message=asked.message,
        labels=labels_of(asked.message),
        deeds=sorted(asked.deeds, key=lambda deed: deed != first),
    )
    page.headers.update(SECRET)
    return page


PAGES: Final = (
    Page("GET", PATH, ask),
    Page("POST", PATH, answer),
)
