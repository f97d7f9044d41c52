"""What a module of this room declares: which of its functions answers where, and to whom."""

from collections.abc import Awaitable, Callable
from typing import Literal, NamedTuple

from starlette.responses import Response

from tocsin.auth.principal import Power
from tocsin.web.visit import Visit


class Page(NamedTuple):
    """What answers at an address, and the power it takes; None lets strangers in."""

    method: Literal["GET", "POST"]
    path: str
    answer: Callable[[Visit], Awaitable[Response]]
    needs: Power | None = None
