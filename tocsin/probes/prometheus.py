"""Prometheus: what a query finds."""

import math
from typing import Any, Final

import httpx
import msgspec

from tocsin.domain.monitoring.monitor import Prometheus
from tocsin.kit.text import one_line
from tocsin.probes.fetching import Answer, fetch, make_request
from tocsin.probes.http import check_status, credentials
from tocsin.probes.look import Fault, Look

PATH: Final = "/api/v1/query"
MOST_VALUES: Final = 100
REFUSALS: Final = (400, 422)  # with a reason in their body
_BEST: Final = {"highest": max, "lowest": min}


class _Data(msgspec.Struct, rename="camel"):
    result_type: str = ""
    result: Any = None


class _Reply(msgspec.Struct):
    status: str = ""
    data: _Data = msgspec.field(default_factory=_Data)
    error: str = ""


async def measure(target: Prometheus, look: Look) -> None:
    """Ask, and keep the worst of the values."""
    client = look.tools.http
    headers = target.headers | credentials(target.username, target.password)
    request = make_request(client, "GET", _address(target), headers=headers)
    values = _values(_read(await fetch(request, look, client=client)))
    look.learn(series=len(values), values=values[:MOST_VALUES])
    if not values:
        raise Fault("query", "The query finds nothing")
    look.learn(value=_BEST[target.worst](values))


def _address(target: Prometheus) -> httpx.URL:
    url = httpx.URL(target.url)
    path = url.path.rstrip("/").removesuffix(PATH) + PATH
    return url.copy_with(path=path).copy_merge_params({"query": target.query})


def _read(answer: Answer) -> _Data:
    if answer.status not in REFUSALS:
        check_status(answer.status, ("2xx",))
    try:
        reply = msgspec.json.decode(answer.body, type=_Reply)
    except (msgspec.DecodeError, UnicodeError):
        raise Fault("content", "The answer is not that of a Prometheus server") from None
    if reply.status != "success":
        raise Fault("query", f"The query is refused: {one_line(reply.error, 200) or 'no reason'}")
    return reply.data


def _values(data: _Data) -> list[float]:
    """Return the numbers that were found; what is no number tells nothing."""
    try:
        match data.result_type:
            case "scalar":
                found = [float(data.result[1])]
            case "vector":
                found = [float(series["value"][1]) for series in data.result]
            case _:
                raise Fault("query", f"The query finds no numbers but a {data.result_type}")
    except (TypeError, KeyError, IndexError, ValueError):
        raise Fault("content", "The answer is not that of a Prometheus server") from None
    return [value for value in found if math.isfinite(value)]
