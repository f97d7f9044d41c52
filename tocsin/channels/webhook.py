"""A webhook: the page as signed JSON, posted to an address of the person's own."""

import asyncio
import hashlib
import hmac
from datetime import datetime
from typing import Any, ClassVar, Final

import httpx
import msgspec

from tocsin.domain.channel import Delivery, Field
from tocsin.domain.message import Message
from tocsin.kit.http import ForbiddenAddress
from tocsin.kit.sealing import Sealer

TIMEOUT: Final = 5.0  # seconds for everything, however slowly the answer drips
MOST_WAIT: Final = 3600
SIGNATURE: Final = "X-Tocsin-Signature"
TRY_AGAIN: Final = frozenset({408, 425, 429})


class Webhook:
    """Posts to URLs; ``key`` signs what it posts."""

    kind: ClassVar[str] = "webhook"
    fields: ClassVar[tuple[Field, ...]] = (
        Field(name="address", label="URL", kind="url", example="https://hooks.example.com/on-call"),
    )

    def __init__(self, http: httpx.AsyncClient, key: str) -> None:
        self._http = http
        self._key = key.encode()

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


def sign(key: bytes, body: bytes, at: datetime) -> str:
    """Return the header that proves who wrote ``body``, and when."""
    seconds = str(int(at.timestamp()))
    digest = hmac.new(key, f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def _judge(response: httpx.Response) -> Delivery:
    status = response.status_code
    detail = f"HTTP {status} {httpx.codes.get_reason_phrase(status)}".rstrip()
    if response.is_success:
        return Delivery(ok=True, detail=detail)
    wait = _wait(response.headers.get("Retry-After", ""))
    if wait:
        detail = f"{detail}, asks for {wait} seconds of patience"
    retry = status in TRY_AGAIN or response.is_server_error
    return Delivery(ok=False, detail=detail, retry=retry, wait_seconds=wait)


def _wait(retry_after: str) -> int:
    is_number = retry_after.isascii() and retry_after.isdigit()
    return min(int(retry_after[:9]), MOST_WAIT) if is_number else 0
