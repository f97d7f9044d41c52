"""Calls of a chat's API: JSON or a form goes there, an answer or a refusal comes back."""

from collections.abc import Mapping
from typing import Any

import httpx
from msgspec.structs import replace

from tocsin.channels.asking import MOST_READ, TIMEOUT, Answer, Undelivered, exchange, refused
from tocsin.domain.reaching.channel import Delivery

Headers = Mapping[str, str]


async def call(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    headers: Headers | None = None,
    json: Any = None,
    form: Mapping[str, str] | None = None,
    within: float | None = None,
    most: int = MOST_READ,
) -> Answer:
    """Call once and return whatever is answered, as far as it is read. Raises Undelivered."""
    try:
        request = http.build_request(
            method, url, headers=headers, json=json, data=form, timeout=within or TIMEOUT
        )
    except httpx.InvalidURL as error:
        raise Undelivered(Delivery(ok=False, detail=str(error))) from error
    return await exchange(http, request, within=within, most=most)


def refusal(
    answer: Answer,
    why: object,
    *,
    for_good: bool = False,
    is_our_fault: bool = False,
    wait_seconds: int = 0,
) -> Undelivered:
    """Return what a refusal means; what is not known may do better later."""
    delivery = refused(answer, str(why or ""))
    return Undelivered(
        replace(
            delivery,
            retry=not (for_good or is_our_fault),
            is_our_fault=is_our_fault,
            wait_seconds=wait_seconds or answer.wait_seconds,
        )
    )
