"""Hooks of chats: secret addresses at which whoever knows them may post."""

from typing import Any

import httpx
from msgspec.structs import replace

from tocsin.channels.asking import Answer, Undelivered, refused
from tocsin.channels.chats.api import call
from tocsin.domain.reaching.channel import Delivery
from tocsin.kit.retry_after import may_succeed_later


async def post(http: httpx.AsyncClient, url: str, told: dict[str, Any]) -> Answer:
    """Post once, and return the answer. Raises Undelivered."""
    try:
        answer = await call(http, "POST", url, json=told)
    except Undelivered as silence:
        raise Undelivered(_own_fault(silence.delivery)) from silence
    if not answer.is_success:
        retry = may_succeed_later(answer.status)
        raise Undelivered(replace(_own_fault(refused(answer)), retry=retry))
    return answer


def _own_fault(delivery: Delivery) -> Delivery:
    """Say that the address is to blame: what it refuses, it refuses whoever is asked."""
    return replace(delivery, is_our_fault=False)
