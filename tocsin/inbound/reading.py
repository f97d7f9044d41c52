"""What all dialects share: the parts of an event, read from whatever a sender put there."""

import base64
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import msgspec

from tocsin.domain.intake.event import ChangeEvent, Event, Image, Link
from tocsin.domain.intake.event_making import MAX_ATTACHED
from tocsin.domain.intake.integration_settings import IntegrationSettings
from tocsin.domain.intake.vendor import Signature
from tocsin.kit import foreign_json

KEY_LENGTH: Final = 32

_UNSIGNED: Final = "The header {} is missing: this integration takes only what is signed"
_FORGED: Final = "The header {} does not fit the body and this integration's secret"

NewKey = Callable[[], str]
Shape = TypeVar("Shape")
What = Event | ChangeEvent


class Heard(msgspec.Struct, frozen=True):
    """What was said, and the key that says to which integration."""

    key: str
    whats: tuple[What, ...]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What a tool sent to an integration's own address. Names of ``headers`` are in small letters.

    ``settings`` are what people told the integration, ``new_key`` makes a dedup key.
    """

    body: bytes
    new_key: NewKey
    headers: Mapping[str, str] = {}
    settings: IntegrationSettings = IntegrationSettings()


class Unreadable(Exception):  # noqa: N818 - the sender's fault, not ours
    """No event can be made of this body: why, in sentences for its sender."""

    def __init__(self, *errors: str) -> None:
        super().__init__(*errors)
        self.errors = errors


class Unrecognized(Unreadable):
    """The body is not even a JSON object."""


class Unproven(Unreadable):
    """Whoever sent the body did not prove that they know the integration's secret."""


def read(body: bytes, decoder: msgspec.json.Decoder[Shape]) -> Shape:
    """Return the fields of ``body``; they may still hold anything."""
    try:
        return foreign_json.decode(body, decoder)
    except foreign_json.NotJsonError as error:
        raise Unrecognized(str(error)) from None


def demand(signature: Signature | None, request: Request) -> None:
    """See that a request is signed, if its tool can and a secret was agreed. Raises Unproven."""
    secret = request.settings.secret
    if signature is None or secret is None:
        return
    given = request.headers.get(signature.header.lower())
    if not given:
        raise Unproven(_UNSIGNED.format(signature.header))
    if not hmac.compare_digest(_sign(signature, secret, request.body), given.strip().encode()):
        raise Unproven(_FORGED.format(signature.header))


def _sign(signature: Signature, secret: str, body: bytes) -> bytes:
    mac = hmac.digest(secret.encode(), body, signature.digest)
    return base64.b64encode(mac) if signature.encoding == "base64" else mac.hex().encode()


def text(value: Any, name: str, faults: list[str]) -> str | None:
    """Read a text that may be absent or empty; numbers and booleans are taken as written."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, dict | list):
        faults.append(f"'{name}' is invalid (must be a string)")
        return None
    return msgspec.json.encode(value).decode()


def required(value: Any, name: str, missing: str, faults: list[str]) -> str:
    """Read a text that must be there."""
    if value is None or (isinstance(value, str) and not value.strip()):
        faults.append(missing)
    return text(value, name, faults) or ""


def at_most(most: int, said: str, too_long: str, faults: list[str]) -> str:
    """Return ``said``; texts are never cut, so a longer one is a fault."""
    if len(said) > most:
        faults.append(too_long)
    return said


def routing_key(value: Any, name: str, missing: str, faults: list[str]) -> str:
    """Read the key of an integration."""
    key = required(value, name, missing, faults)
    if key and len(key) != KEY_LENGTH:
        faults.append(f"Length of '{name}' is incorrect (should be {KEY_LENGTH} characters)")
    return key


def links(items: Sequence[dict[str, Any]], faults: list[str]) -> tuple[Link, ...]:
    """Read links; one that leads nowhere is left out."""
    found = (
        Link(text(item.get("href"), "href", faults) or "", text(item.get("text"), "text", faults))
        for item in items
    )
    return tuple(link for link in found if link.href)


def images(items: Sequence[dict[str, Any]], faults: list[str]) -> tuple[Image, ...]:
    """Read images; one without a picture is left out."""
    found = (
        Image(
            text(item.get("src"), "src", faults) or "",
            text(item.get("href"), "href", faults),
            text(item.get("alt"), "alt", faults),
        )
        for item in items
    )
    return tuple(image for image in found if image.src)


def objects(value: Any, name: str, faults: list[str]) -> Sequence[dict[str, Any]]:
    """Read a list of objects that may be absent or empty."""
    if not value:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        faults.append(f"'{name}' is invalid (must be an array of objects)")
        return ()
    if len(value) > MAX_ATTACHED:
        faults.append(f"{name} should have at most {MAX_ATTACHED} item(s)")
    return value
