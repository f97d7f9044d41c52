"""Requests of anybody's making: sent with their placeholders filled, and their answers read."""

from typing import Any, Final

import msgspec

from tocsin.domain.intake.header_lines import content_type_of, read_headers
from tocsin.domain.monitoring.channel_config import ApiAction, ApiRequest, secrets_of
from tocsin.domain.monitoring.notification_channel import Outcome, Signal
from tocsin.domain.monitoring.placeholders import (
    Values,
    fill_body,
    fill_header,
    fill_url,
    needs_remote_id,
    values_of,
)
from tocsin.outlets.asking import Answer, Ask, ask, judged_by_words
from tocsin.outlets.tools import Tools

LONGEST_ID: Final = 500
NO_REQUEST: Final = Outcome(ok=False, detail="There is no request for this.")
NO_ID: Final = Outcome(
    ok=False, detail="Not sent: the answer to the trigger did not say how the other side calls it."
)


async def tell(signal: Signal, config: ApiAction, tools: Tools) -> Outcome:
    """Send the request that is meant for the action."""
    request = config.request(signal.action)
    if request is None:
        return NO_REQUEST
    needs_id = needs_remote_id(request.url, request.headers, request.body)
    if needs_id and not signal.remote_id:
        return NO_ID
    path = config.parse_response if signal.action == "trigger" else ""
    what = _filled(request, values_of(signal), tuple(secrets_of(config)))
    return await ask(tools.http, what, lambda answer: _judge(answer, path))


def _filled(request: ApiRequest, values: Values, secrets: tuple[str, ...]) -> Ask:
    lines = read_headers(request.headers)
    content_type = content_type_of(lines)
    return Ask(
        method=request.method,
        url=fill_url(request.url, values),
        headers=tuple((name, fill_header(value, values)) for name, value in lines),
        body=fill_body(request.body, values, content_type).encode(),
        secrets=secrets,
    )


def _judge(answer: Answer, path: str) -> Outcome:
    outcome = judged_by_words(answer)
    if not path or not outcome.ok:
        return outcome
    remote_id = _found(answer.body, path)
    if remote_id is None:
        detail = f"{outcome.detail}, but its answer has nothing at {path}: no more can be told."
        return msgspec.structs.replace(outcome, detail=detail)
    return msgspec.structs.replace(outcome, remote_id=remote_id)


def _found(body: bytes, path: str) -> str | None:
    """Return the text or number at a dotted path; of a list, a number leads to a member."""
    try:
        found: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    for name in path.split("."):
        if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            found = found.get(name) if isinstance(found, dict) else None
    is_name = isinstance(found, str | int) and not isinstance(found, bool)
    return str(found)[:LONGEST_ID] if is_name and found != "" else None
