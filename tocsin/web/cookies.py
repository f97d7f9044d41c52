"""Cookies: what a browser brings along for us alone, no script and no other site."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from tocsin.usecases.house import House

# Browsers take a cookie of such a name over HTTPS alone, and only from this very host: neighbours
# under the same domain can neither plant it nor hide ours.
OURS_ALONE: Final = "__Host-"


def read_cookie(house: House, request: Request, name: str) -> str:
    """Return what the browser brings, empty if it brings nothing."""
    return request.cookies.get(_called(house, name), "")


def set_cookie(
    house: House, response: Response, name: str, value: str, *, max_age: int | None = None
) -> None:
    """Give the browser something to bring along, for so many seconds or until it is closed."""
    response.set_cookie(
        _called(house, name),
        value,
        max_age=max_age,
        secure=_is_secure(house),
        httponly=True,
        samesite="lax",
    )


def drop_cookie(house: House, response: Response, name: str) -> None:
    """Let the browser forget what it was given."""
    set_cookie(house, response, name, "", max_age=0)


def _called(house: House, name: str) -> str:
    return OURS_ALONE + name if _is_secure(house) else name


def _is_secure(house: House) -> bool:
    return house.settings.public_url.startswith("https://")
