"""A webhook of version 3 on its way to a subscription's receiver."""

from typing import Final

import httpx
from msgspec.structs import replace

from tocsin.domain.machines.webhook import WebhookRequest
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.outlets.asking import Answer, Ask, ask, judged

TIMEOUT: Final = 5.0  # seconds for everything
TOO_MANY: Final = 429


async def send(http: httpx.AsyncClient, request: WebhookRequest) -> Outcome:
    """Post it once."""
    what = Ask(
        url=request.url,
        headers=request.headers,
        body=request.body.encode(),
        secrets=request.secrets,
        timeout=TIMEOUT,
    )
    return await ask(http, what, judge)


def judge(answer: Answer) -> Outcome:
    """Try again after faults of the receiver and where it asks for patience, and no other time."""
    retry = answer.status == TOO_MANY or answer.status >= httpx.codes.INTERNAL_SERVER_ERROR
    outcome = judged(answer)
    return outcome if outcome.ok else replace(outcome, retry=retry)
