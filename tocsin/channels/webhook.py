"""A webhook: the page as signed JSON, posted to an address of the person's own."""

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

import httpx
import msgspec

from tocsin.channels.tools import Tools
from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import WEBHOOK
from tocsin.domain.reaching.message import Message
from tocsin.kit.http import ForbiddenAddress
from tocsin.kit.retry_after import may_succeed_later, seconds_of
from tocsin.kit.sealing import Sealer
from tocsin.kit.signing import SIGNATURE, sign

TIMEOUT: Final = 5.0  # seconds for everything, however slowly the answer drips


class Webhook:
    """Posts to URLs; ``key`` signs what it posts."""

    declaration: ClassVar[Declaration] = Declaration(
        name="webhook",
        label="Webhook",
        kind=WEBHOOK,
        tested="a real receiver that checks the signature",
    )

    def __init__(self, http: httpx.AsyncClient, key: str) -> None:
        self._http = http
        self._key = key.encode()

    @classmethod
    def make(cls, tools: Tools, _settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        return cls(tools.http, tools.signing_key)

    async def send(self, message: Message, address: str) -> Delivery:
        """Post once. The answer's body is not read: nobody needs it, and it may have no end."""
        body = msgspec.json.encode(payload(message))
        headers = {
            "Content-Type": "application/json",
            SIGNATURE: sign(self._key, body, message.at),
        }
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                self._http.stream("POST", address, content=body, headers=headers) as response,
            ):
                return _judge(response)
        except (ForbiddenAddress, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            return Delivery(ok=False, detail=str(error))
        except (TimeoutError, httpx.TimeoutException):
            return Delivery(ok=False, detail=f"No answer within {TIMEOUT:g} seconds.", retry=True)
        except httpx.RequestError as error:
            return Delivery(ok=False, detail=str(error) or type(error).__name__, retry=True)


def signing_key(sealer: Sealer) -> str:
    """Return the key of this installation, which receivers must be told."""
    return sealer.sign("webhooks that page people")


def payload(message: Message) -> dict[str, Any]:
    """Return what is posted."""
    return {
        "event": message.kind,
        "id": message.id,
        "at": message.at,
        "summary": message.headline,
        "recipient": message.recipient,
        "incidents": message.incidents,
        "further_incidents": message.further,
    }


def _judge(response: httpx.Response) -> Delivery:
    status = response.status_code
    detail = f"HTTP {status} {httpx.codes.get_reason_phrase(status)}".rstrip()
    if response.is_success:
        return Delivery(ok=True, detail=detail)
    wait = seconds_of(response.headers.get("Retry-After", ""))
    if wait:
        detail = f"{detail}, asks for {wait} seconds of patience"
    retry = may_succeed_later(status)
    return Delivery(ok=False, detail=detail, retry=retry, wait_seconds=wait)
