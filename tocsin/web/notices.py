"""Notices: what is said once, on the page that follows a form."""

import base64
from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.web.visit import Visit, go_to, set_cookie

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


def done(visit: Visit, address: str, sentence: str, *, undo: Undo | None = None) -> Response:
    """Answer a form: look at this page now, which says that it is done."""
    response = go_to(address)
    text = msgspec.json.encode(Notice(sentence=sentence, undo=undo))
    value = base64.urlsafe_b64encode(text).decode()
    if len(value) <= LONGEST:
        set_cookie(visit, response, COOKIE, value, max_age=KEPT_FOR)
    return response


def take_notice(visit: Visit) -> Notice | None:
    """Read what the last form left to say; whatever is no notice of ours is none."""
    value = visit.request.cookies.get(COOKIE, "")
    if not value:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(value), type=Notice)
    except ValueError:
        return None
