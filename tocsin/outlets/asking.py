"""One request on its way to another machine: what was sent, and what came back, fit for people."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import httpx
import msgspec

from tocsin.domain.masking import hide
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.kit.http import ForbiddenAddress
from tocsin.kit.retry_after import may_succeed_later, seconds_of
from tocsin.kit.text import one_line, printable, shortened

TIMEOUT: Final = 15.0  # seconds for everything, however slowly the answer drips
MOST_READ: Final = 64 * 1024
MOST_SHOWN: Final = 8 * 1024  # characters, as this
MOST_TOLD: Final = 300
JSON: Final = ("Content-Type", "application/json")

Headers = Iterable[tuple[str, str]]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A request; ``secrets`` are never shown, wherever they stand."""

    method: str = "POST"
    url: str
    headers: tuple[tuple[str, str], ...] = (JSON,)
    body: bytes
    secrets: tuple[str, ...] = ()
    timeout: float = TIMEOUT
    auth: httpx.Auth | None = None

    @property
    def shown(self) -> str:
        """What people may see of it."""
        headers = "\n".join(f"{name}: {value}" for name, value in self.headers)
        return self.hidden(f"{self.method} {self.url}\n{headers}\n\n{_text(self.body)}")

    def hidden(self, text: str) -> str:
        """Return a text without secrets, not too long."""
        return shortened(hide(printable(text), self.secrets), MOST_SHOWN)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back, as far as it was read."""

    status: int
    body: bytes
    wait_seconds: int

    @property
    def is_success(self) -> bool:
        """Whether the other side took it."""
        return 200 <= self.status < 300

    @property
    def heading(self) -> str:
        """The status in words."""
        return f"HTTP {self.status} {httpx.codes.get_reason_phrase(self.status)}".rstrip()


Judge = Callable[[Answer], Outcome]


async def ask(http: httpx.AsyncClient, what: Ask, judge: Judge) -> Outcome:
    """Send a request once, and let ``judge`` say what its answer means."""
    try:
        answer = await _exchange(http, what)
    except (ForbiddenAddress, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        return _unanswered(what, str(error), retry=False)
    except (TimeoutError, httpx.TimeoutException):
        return _unanswered(what, f"No answer within {what.timeout:g} seconds.", retry=True)
    except httpx.RequestError as error:
        return _unanswered(what, str(error) or type(error).__name__, retry=True)
    outcome = judge(answer)
    return msgspec.structs.replace(
        outcome,
        detail=one_line(what.hidden(outcome.detail), MOST_TOLD),
        request=what.shown,
        answer=what.hidden(f"{answer.heading}\n\n{_text(answer.body)}".rstrip()),
    )


def judged(answer: Answer, said: str = "") -> Outcome:
    """Judge an answer by its status; ``said`` is what the other side told in words."""
    detail = f"{answer.heading}: {said}" if said else answer.heading
    if answer.is_success:
        return Outcome(ok=True, detail=detail)
    return Outcome(
        ok=False,
        detail=detail,
        retry=may_succeed_later(answer.status),
        wait_seconds=answer.wait_seconds,
    )


def judged_by_words(answer: Answer) -> Outcome:
    """Judge an answer that says in a few plain words what is wrong."""
    return judged(answer, "" if answer.is_success else _text(answer.body))


async def _exchange(http: httpx.AsyncClient, what: Ask) -> Answer:
    headers = [(name.encode(), value.encode()) for name, value in what.headers]
    sending = http.stream(
        what.method,
        what.url,
        content=what.body,
        headers=headers,
        auth=what.auth,
        timeout=what.timeout,
    )
    async with asyncio.timeout(what.timeout), sending as response:
        body = b""
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MOST_READ:
                break
        return Answer(
            status=response.status_code,
            body=body[:MOST_READ],
            wait_seconds=seconds_of(response.headers.get("Retry-After", "")),
        )


def _unanswered(what: Ask, why: str, *, retry: bool) -> Outcome:
    detail = one_line(what.hidden(why), MOST_TOLD)
    return Outcome(ok=False, detail=detail, retry=retry, request=what.shown)


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
