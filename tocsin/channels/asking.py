"""One request of a channel to its provider: what came back, or why nothing did."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import httpx
import msgspec

from tocsin.domain.masking import hide
from tocsin.domain.reaching.channel import Delivery
from tocsin.kit.http import ForbiddenAddress
from tocsin.kit.retry_after import seconds_of
from tocsin.kit.text import one_line

TIMEOUT: Final = 15.0  # seconds for everything, however slowly the answer drips
MOST_READ: Final = 64 * 1024
MOST_TOLD: Final = 300  # characters of what the other side says
_REFUSED: Final = frozenset({401, 402, 403})  # whoever is addressed


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back, as far as it was read."""

    status: int
    body: bytes = b""
    wait_seconds: int = 0

    @property
    def is_success(self) -> bool:
        """Whether the other side took it."""
        return 200 <= self.status < 300

    @property
    def heading(self) -> str:
        """The status in words."""
        return f"HTTP {self.status} {httpx.codes.get_reason_phrase(self.status)}".rstrip()

    @property
    def json(self) -> dict[str, Any]:
        """The object that the body is; an empty one if it is none."""
        try:
            return msgspec.json.decode(self.body, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return {}


class Undelivered(Exception):  # noqa: N818 - an answer, not a fault
    """The message does not arrive; ``delivery`` says why."""

    def __init__(self, delivery: Delivery) -> None:
        super().__init__(delivery.detail)
        self.delivery = delivery


async def ask(
    http: httpx.AsyncClient, request: httpx.Request, judge: Callable[[Answer], Delivery]
) -> Delivery:
    """Send a request once, and let ``judge`` say what its answer means."""
    try:
        return judge(await exchange(http, request))
    except Undelivered as silence:
        return silence.delivery


async def exchange(
    http: httpx.AsyncClient,
    request: httpx.Request,
    *,
    within: float | None = None,
    most: int = MOST_READ,
) -> Answer:
    """Send a request once and return its answer: one step of several. Raises Undelivered."""
    limit = TIMEOUT if within is None else within
    try:
        async with asyncio.timeout(limit):
            return await _exchange(http, request, most)
    except (ForbiddenAddress, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise _silence(_fit(str(error)), is_our_fault=True) from error
    except (TimeoutError, httpx.TimeoutException) as error:
        raise _silence(f"No answer within {limit:g} seconds.", retry=True) from error
    except httpx.RequestError as error:
        raise _silence(_fit(str(error)) or type(error).__name__, retry=True) from error


def refused(answer: Answer, said: str = "") -> Delivery:
    """Judge a refusal by its status alone: what is not known may do better later."""
    is_told = answer.heading.endswith(said)  # some only repeat the status
    detail = _fit(answer.heading if is_told else f"{answer.heading}: {said}")
    if answer.status in _REFUSED:
        return Delivery(ok=False, detail=detail, is_our_fault=True)
    return Delivery(ok=False, detail=detail, retry=True, wait_seconds=answer.wait_seconds)


async def _exchange(http: httpx.AsyncClient, request: httpx.Request, most: int) -> Answer:
    response = await http.send(request, stream=True)
    try:
        body = b""
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > most:
                break
    finally:
        await response.aclose()
    return Answer(
        status=response.status_code,
        body=body[:most],
        wait_seconds=seconds_of(response.headers.get("Retry-After", "")),
    )


def _silence(detail: str, *, retry: bool = False, is_our_fault: bool = False) -> Undelivered:
    return Undelivered(Delivery(ok=False, detail=detail, retry=retry, is_our_fault=is_our_fault))


def _fit(text: str) -> str:
    return one_line(hide(text), MOST_TOLD)
