"""Where refusals and accidents meet the wire: statuses, codes and words of the reference."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
import structlog

from tocsin.api.body import Unread
from tocsin.kit.paths import MethodNotAllowedError, PathNotFoundError
from tocsin.usecases.errors import (
    Arguments,
    Complaint,
    Conflict,
    DatabaseAway,
    Forbidden,
    Invalid,
    NotFound,
    PaymentRequired,
    Refused,
    TooMany,
)

LOOK_AGAIN: Final = 5  # seconds until a client should try an absent database again

_COMPLAINTS: Final[dict[type[Complaint], tuple[int, int, str]]] = {
    Invalid: (400, 2001, "Invalid Input Provided"),
    Arguments: (400, 2002, "Arguments Caused Error"),
    PaymentRequired: (402, 2014, "Missing Account Ability"),
    Forbidden: (403, 2010, "Access Denied"),
    NotFound: (404, 2100, "Not Found"),
    Conflict: (409, 2001, "Conflict"),
    TooMany: (413, 2001, "Request Entity Too Large"),
}

_log = structlog.get_logger("tocsin.api")


class Unauthenticated(Exception):  # noqa: N818 - an answer, not a fault
    """Nobody knows the key, or there is none."""


class RateLimited(Exception):  # noqa: N818 - an answer, not a fault
    """Too many requests with one key."""


class OutOfScope(Exception):  # noqa: N818 - an answer, not a fault
    """An app asks for what it was not allowed."""

    def __init__(self, needed: str, granted: Iterable[str]) -> None:
        super().__init__(needed)
        self.needed = needed
        self.granted = " ".join(sorted(granted))


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that is no success."""

    status: int
    code: int
    message: str
    sentences: tuple[str, ...] = ()
    headers: Mapping[str, str] = {}
    more: Mapping[str, Any] = {}

    @property
    def body(self) -> dict[str, Any]:
        """What clients read."""
        error = {"message": self.message, "code": self.code, "errors": self.sentences}
        return {"error": error | {**self.more}}


def problem_of(error: Exception, request_id: str) -> Problem:
    """Return what to answer when a request ended with this exception."""
    match error:
        case Complaint(sentences=sentences):
            status, code, message = _COMPLAINTS[type(error)]
            return Problem(status=status, code=code, message=message, sentences=sentences)
        case Refused(sentence=sentence, code=code):
            message = _COMPLAINTS[Arguments][-1]
            return Problem(status=400, code=code, message=message, sentences=(sentence,))
        case Unread(status=status, sentence=sentence):
            message = HTTPStatus(status).phrase
            return Problem(status=status, code=2001, message=message, sentences=(f"{sentence}.",))
        case Unauthenticated():
            return _UNAUTHENTICATED
        case OutOfScope():
            return _out_of_scope(error)
        case RateLimited():
            return Problem(status=429, code=2020, message="Rate Limit Exceeded")
        case PathNotFoundError():
            return Problem(status=404, code=2100, message="Not Found")
        case MethodNotAllowedError(allowed=allowed):
            return _not_allowed(allowed)
        case DatabaseAway():
            return _AWAY
    return _accident(error, request_id)


_UNAUTHENTICATED: Final = Problem(
    status=401,
    code=2006,
    message="Authentication Failed",
    sentences=("The Authorization header must hold a valid key, as in “Token token=…”.",),
    headers={"www-authenticate": "Token, Bearer"},
)
_AWAY: Final = Problem(
    status=503,
    code=2000,
    message="Service Unavailable",
    sentences=("The database cannot be reached now.",),
    headers={"retry-after": str(LOOK_AGAIN)},
)


def _out_of_scope(error: OutOfScope) -> Problem:
    return Problem(
        status=403,
        code=2010,
        message="Access Denied",
        sentences=(f"This token was not granted {error.needed}.",),
        headers={"www-authenticate": f'Bearer error="insufficient_scope", scope="{error.needed}"'},
        more={"required_scopes": error.needed, "token_scopes": error.granted},
    )


def _not_allowed(allowed: frozenset[str]) -> Problem:
    methods = ", ".join(sorted(allowed))
    return Problem(
        status=405,
        code=2002,
        message="Method Not Allowed",
        sentences=(f"This path has {methods} only.",),
        headers={"allow": methods},
    )


def _accident(error: Exception, request_id: str) -> Problem:
    """Tell nothing of what happened but where an administrator finds it."""
    _log.error("A request failed", request_id=request_id, exc_info=error)
    return Problem(
        status=500,
        code=2000,
        message="Internal Server Error",
        sentences=(f"The server's log tells what happened in request {request_id}.",),
    )
