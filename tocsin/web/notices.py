"""Notices: what is said once, on the page that follows a form."""

import base64
from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.web.cookies import read_cookie, set_cookie
from tocsin.web.visit import Visit, go_to

COOKIE: Final = "tocsin_notice"
KEPT_FOR: Final = 60  # seconds
LONGEST: Final = 2048  # of a cookie that every browser keeps


class Undo(msgspec.Struct, frozen=True):
    """A form that takes back what was done: where it goes, and what it holds."""

    action: str
    fields: Mapping[str, str] = {}


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, and perhaps the way back."""

    sentence: str
    is_refusal: bool = False
    undo: Undo | None = None


def done(
    visit: Visit,
    address: str,
    sentence: str,
    *,
    is_refusal: bool = False,
    undo: Undo | None = None,
    session: str | None = None,
) -> Response:
    """Answer a form: look at this page now, which says that it is done, and perhaps what is wrong.

    ``session`` is the token of a session that has just begun, and in which that is said.
    """
    response = go_to(address)
    text = msgspec.json.encode(Notice(sentence=sentence, is_refusal=is_refusal, undo=undo))
    notice = base64.urlsafe_b64encode(text).decode()
    value = f"{notice}.{visit.house.sealer.sign(_signed(notice, session or visit.secret))}"
    if len(value) <= LONGEST:
        set_cookie(visit.house, response, COOKIE, value, max_age=KEPT_FOR)
    return response


def take_notice(visit: Visit) -> Notice | None:
    """Read what the last form left to say. It may offer a button: what is not ours says nothing."""
    notice, _, signature = read_cookie(visit.house, visit.request, COOKIE).partition(".")
    if not visit.house.sealer.verify(_signed(notice, visit.secret), signature):
        return None
    return msgspec.json.decode(base64.urlsafe_b64decode(notice), type=Notice)


def _signed(notice: str, secret: str) -> str:
    """Return what is signed of a notice: also for which browser it is."""
    return f"notice {secret} {notice}"
