"""What all dialects share: the parts of an event, read from whatever a sender put there."""

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

import msgspec

from tocsin.domain.event import ChangeEvent, Event, Image, Link
from tocsin.kit import foreign_json

MAX_DEDUP_KEY: Final = 255
MAX_SUMMARY: Final = 1024
MAX_ATTACHED: Final = 50
KEY_LENGTH: Final = 32

NewKey = Callable[[], str]
Shape = TypeVar("Shape", bound=msgspec.Struct)


class Heard(msgspec.Struct, frozen=True):
    """What was said, and the key that says to which integration."""

    key: str
    what: Event | ChangeEvent


class Unreadable(Exception):  # noqa: N818 - the sender's fault, not ours
    """No event can be made of this body: why, in sentences for its sender."""

    def __init__(self, *errors: str) -> None:
        super().__init__(*errors)
        self.errors = errors


class Unrecognized(Unreadable):
    """The body is not even a JSON object."""


def read(body: bytes, decoder: msgspec.json.Decoder[Shape]) -> Shape:
    """Return the fields of ``body``; they may still hold anything."""
    try:
        return foreign_json.decode(body, decoder)
    except foreign_json.NotJsonError as error:
        raise Unrecognized(str(error)) from None


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
