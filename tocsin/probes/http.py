"""HTTP: one request, and whether its answer is the right one."""

import asyncio
import base64
from typing import Any, Final

import msgspec

from tocsin.domain.intake.body_text import find_all
from tocsin.domain.monitoring.monitor import FaultKind, Http
from tocsin.domain.monitoring.statuses import is_among
from tocsin.probes.fetching import Answer, fetch, make_request, phrase
from tocsin.probes.keeping import as_text, kept
from tocsin.probes.look import Fault, Look
from tocsin.probes.reading import check_words, quoted

_UNAUTHORIZED: Final = (401, 407)
_NOTHING: Final = object()


async def measure(target: Http, look: Look) -> None:
    """Ask, and look at status, words and JSON of the answer."""
    client = look.tools.http if target.verify_certificate else look.tools.credulous
    request = make_request(
        client,
        target.method,
        target.url,
        headers=target.headers | credentials(target.username, target.password),
        content=target.body.encode() or None,
    )
    answer = await fetch(request, look, client=client, follow=target.follow_redirects)
    look.learn(size=len(answer.body), redirects=answer.redirects)
    check_status(answer.status, target.statuses)
    await check_words(answer.text, contains=target.contains, lacks=target.lacks)
    if target.json_path:
        await _check_json(target, answer, look)


def credentials(username: str, password: str) -> dict[str, str]:
    """Return the header by which a user is known, if there is one."""
    if not username and not password:
        return {}
    token = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def check_status(status: int, expected: tuple[str, ...]) -> None:
    """Refuse a status that is none of those expected."""
    if not is_among(status, expected):
        kind: FaultKind = "authentication" if status in _UNAUTHORIZED else "status"
        raise Fault(kind, f"{phrase(status)} instead of {' or '.join(expected)}")


async def _check_json(target: Http, answer: Answer, look: Look) -> None:
    """Look where the path leads. A large answer may take long to walk through."""
    value = await asyncio.to_thread(_find, target.json_path, answer.body)
    if value is _NOTHING:
        raise Fault("content", f"There is nothing at {target.json_path}")
    look.learn(json_value=kept(value))
    if target.json_equals is not None and not _is(value, target.json_equals):
        found, wanted = quoted(as_text(value)), quoted(target.json_equals)
        raise Fault("content", f"{target.json_path} is {found} instead of {wanted}")


def _find(path: str, body: bytes) -> Any:
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise Fault("content", "The answer is no JSON") from None
    return next(iter(find_all(path, said, 1)), _NOTHING)


def _is(value: Any, text: str) -> bool:
    if isinstance(value, str):
        return value == text
    try:
        wanted = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return False
    is_truth = isinstance(value, bool)
    return isinstance(wanted, bool) == is_truth and bool(wanted == value)
