"""Web Push: a page on the screen of a browser or a telephone, with buttons where there are any."""

import asyncio
from collections.abc import Mapping
from email.utils import parseaddr
from typing import Any, ClassVar, Final, Self
from urllib.parse import urlsplit

import http_ece
import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from tocsin.channels.tools import Tools
from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import PUSH
from tocsin.domain.reaching.device import Subscription, Unfit, read_subscription
from tocsin.domain.reaching.labels import labels_of
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.phrases import phrase
from tocsin.kit.clock import Clock
from tocsin.kit.http import ForbiddenAddress
from tocsin.kit.retry_after import seconds_of
from tocsin.kit.text import one_line, shortened
from tocsin.kit.vapid import Vapid

TIMEOUT: Final = 10.0  # seconds for everything
KEPT_FOR: Final = 300  # seconds that a push service keeps it for a browser that is away
MOST_BYTES: Final = 2000  # some services take no more than 2.7 kB of what sealing makes of it
MOST_TITLE: Final = 120  # characters
BODIES: Final = (600, 300, 150, 0)  # characters: the longest that fits is taken
LONGEST_TOPIC: Final = 32
BUTTONS: Final = (
    "confirm",
    "acknowledge",
    "resolve",
    "join",
    "decline",
)  # browsers show two at most
_PAGES: Final = frozenset({"page", "copy"})  # newer ones replace those of the same incident
GONE: Final = "The device has given up its subscription: open Tocsin on it and add it again."

_NOT_OURS: Final = "The push service refuses our key for this device: add the device again."
_TOO_LARGE: Final = "The push service finds the message too large."
_UNCLEAR: Final = "The push service does not understand what was sent."
_REFUSED: Final = {400: _UNCLEAR, 401: _NOT_OURS, 403: _NOT_OURS, 413: _TOO_LARGE}


class WebPush:
    """Seals messages for browsers, and hands them to the browsers' push services."""

    declaration: ClassVar[Declaration] = Declaration(
        name="web_push",
        label="Web Push",
        kind=PUSH,
        answers=True,
        timeout=TIMEOUT,
        tested="a push service that opens what is sealed, and Chromium",
    )

    def __init__(self, http: httpx.AsyncClient, clock: Clock, vapid: Vapid) -> None:
        self._http = http
        self._clock = clock
        self._vapid = vapid

    @classmethod
    def make(cls, tools: Tools, _settings: Mapping[str, str], _callback: str) -> Self | None:
        """Make it if there is a key to sign with."""
        return cls(tools.http, tools.clock, tools.vapid) if tools.vapid else None

    async def send(self, message: Message, address: str) -> Delivery:
        """Seal the message for one browser and hand it over once."""
        try:
            subscription = read_subscription(address)
            body = sealed(payload(message), subscription)
        except (Unfit, ValueError, http_ece.ECEException) as error:
            return Delivery(ok=False, detail=one_line(str(error), 200))
        headers = self._headers(message, subscription)
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                self._http.stream(
                    "POST", subscription.endpoint, content=body, headers=headers
                ) as response,
            ):
                return _judge(response)
        except (ForbiddenAddress, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            return Delivery(ok=False, detail=str(error))
        except (TimeoutError, httpx.TimeoutException):
            return Delivery(ok=False, detail=f"No answer within {TIMEOUT:g} seconds.", retry=True)
        except httpx.RequestError as error:
            return Delivery(ok=False, detail=str(error) or type(error).__name__, retry=True)

    def _headers(self, message: Message, subscription: Subscription) -> dict[str, str]:
        endpoint = subscription.endpoint
        return {
            "Authorization": self._vapid.header(endpoint, _contact(message), self._clock()),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_FOR),
            "Urgency": "high",
            "Topic": topic(message),
        }


def payload(message: Message) -> bytes:
    """Return what the service worker is told, as much of it as fits."""
    labels = labels_of(message)
    told = {
        "title": one_line(message.title, MOST_TITLE),
        "tag": topic(message),
        "language": message.language,
        "token": message.token,
        "url": _page(message),
        "unsent": phrase("push_unsent", message.language),
        "buttons": [{"action": deed, "title": labels[deed]} for deed in BUTTONS if deed in labels],
    }
    bodies = (shortened(message.body, most) if most else "" for most in BODIES)
    fitting = (msgspec.json.encode(told | {"body": body}) for body in bodies)
    return next((text for text in fitting if len(text) <= MOST_BYTES), msgspec.json.encode(told))


def sealed(text: bytes, subscription: Subscription) -> bytes:
    """Seal a text so that only the browser can open it. Raises ValueError and ECEException."""
    keys = subscription.keys
    own: Any = ec.generate_private_key(ec.SECP256R1())
    body: bytes = http_ece.encrypt(
        text, private_key=own, dh=keys.point, auth_secret=keys.secret, version="aes128gcm"
    )
    return body


def topic(message: Message) -> str:
    """Return the name of what the message is about: a newer one of that name replaces it."""
    several = len(message.incidents) != 1 or message.further
    return (message.id if several or message.kind not in _PAGES else message.incidents[0].id)[
        :LONGEST_TOPIC
    ]


def _page(message: Message) -> str:
    """Return what a tap opens: the page that answers, or the incident where none is expected."""
    if message.deeds or not message.incidents:
        return message.answer_url
    return message.incidents[0].html_url


def _contact(message: Message) -> str:
    """Return whom push services may write to; an address that only we know is refused by some."""
    mailbox = parseaddr(message.sender)[1]
    if mailbox and not mailbox.endswith("@localhost"):
        return f"mailto:{mailbox}"
    return f"https://{urlsplit(message.answer_url).netloc}"


def _judge(response: httpx.Response) -> Delivery:
    status = response.status_code
    detail = f"HTTP {status} {httpx.codes.get_reason_phrase(status)}".rstrip()
    if response.is_success:
        return Delivery(ok=True, detail=detail, provider_id=response.headers.get("Location"))
    if status in {404, 410}:
        return Delivery(ok=False, detail=GONE)
    if status in _REFUSED:
        return Delivery(ok=False, detail=f"{_REFUSED[status]} ({detail})", is_our_fault=True)
    wait = seconds_of(response.headers.get("Retry-After", ""))
    return Delivery(ok=False, detail=detail, retry=True, wait_seconds=wait)
