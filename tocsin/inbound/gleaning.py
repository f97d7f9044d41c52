"""What adapters share: texts found in bodies whose shape is the tool's own."""

from typing import Any, Final

import msgspec

from tocsin.inbound.reading import Unreadable, read

MAX_EVENTS: Final = 1000  # of one request


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object that a body is. Raises Unrecognized."""
    return read(body, _OBJECT)


_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


def find(said: Any, path: str) -> Any:
    """Return what is at ``path``, names with dots between them; None where it leads nowhere."""
    for name in path.split("."):
        said = said.get(name) if isinstance(said, dict) else None
    return said


def part(said: Any, path: str) -> dict[str, Any]:
    """Return the object at ``path``; an empty one if there is none."""
    found = find(said, path)
    return found if isinstance(found, dict) else {}


def parts(said: Any, path: str) -> list[dict[str, Any]]:
    """Return the objects in the list at ``path``. Raises Unreadable if they are too many."""
    found = find(said, path)
    objects = [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
    if len(objects) > MAX_EVENTS:
        raise Unreadable(f"'{path}' should have at most {MAX_EVENTS} item(s)")
    return objects


def text(said: Any, *paths: str) -> str:
    """Return the first text that is there and not blank, or nothing; numbers count as written."""
    return next((told for path in paths if (told := as_text(find(said, path)))), "")


def as_text(value: Any) -> str:
    """Return what a value says; nothing if it is a list, an object or nothing itself."""
    if isinstance(value, str):
        return value.strip()
    if value is None or isinstance(value, dict | list):
        return ""
    return msgspec.json.encode(value).decode()


def needed(said: Any, *paths: str) -> str:
    """Return the first text that is there. Raises Unreadable if none is."""
    found = text(said, *paths)
    if not found:
        names = " or ".join(f"'{path}'" for path in paths)
        raise Unreadable(f"{names} is missing or blank")
    return found
