"""Problems: what people read instead of the page they wanted."""

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tocsin.usecases.errors import Complaint, DatabaseAway, Forbidden, NotFound
from tocsin.web.pages import render
from tocsin.web.visit import SignInFirst, ask_to_sign_in


class Problem(msgspec.Struct, frozen=True):
    """What went wrong, and what to do."""

    status: int
    headline: str
    sentence: str


NOT_HERE: Final = Problem(404, "Not found", "There is nothing at this address, or no longer.")
NOT_THAT_WAY: Final = Problem(405, "Not that way", "This address only takes what a button sends.")
UNREADABLE: Final = Problem(400, "Not understood", "Go back, load the page again, and repeat it.")
ACCIDENT: Final = Problem(
    500, "Something broke", "It was not your fault. The server's log tells what happened."
)
AWAY: Final = Problem(
    503, "The database is away", "Tocsin cannot reach it now. Load this page again in a moment."
)
TOO_OFTEN: Final = Problem(429, "Too often", "Wait for a minute before you try another address.")
_BY_STATUS: Final = {problem.status: problem for problem in (NOT_HERE, NOT_THAT_WAY, TOO_OFTEN)}


async def _to_the_door(request: Request, _error: Exception) -> Response:
    return ask_to_sign_in(request)


async def _complain(_request: Request, error: Exception) -> Response:
    sentence = " ".join(error.sentences) if isinstance(error, Complaint) else str(error)
    match error:
        case Forbidden():
            return _page(Problem(403, "Not allowed", sentence))
        case NotFound():
            return _page(NOT_HERE)
    return _page(Problem(400, "Not possible", sentence))


async def _refuse(_request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else UNREADABLE.status
    problem = msgspec.structs.replace(_BY_STATUS.get(status, UNREADABLE), status=status)
    headers = error.headers if isinstance(error, HTTPException) else None
    return _page(problem, headers)


async def _wait(_request: Request, _error: Exception) -> Response:
    return _page(AWAY, {"retry-after": "5"})


async def _own_up(_request: Request, _error: Exception) -> Response:
    return _page(ACCIDENT)


def _page(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    return HTMLResponse(render("problem.html", problem=problem), problem.status, headers)


ANSWERS: Final = {
    SignInFirst: _to_the_door,
    Complaint: _complain,
    HTTPException: _refuse,
    DatabaseAway: _wait,
    500: _own_up,
}
