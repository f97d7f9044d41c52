"""Details of alerts, which have any shape, written out for people."""

from typing import Any

import msgspec

from tocsin.kit.text import printable, shortened


def written_out(details: Any, most: int) -> str:
    """Write details as lines, the first part if there are many."""
    if isinstance(details, dict):
        text = "\n".join(f"{key}: {_value(value)}" for key, value in details.items())
    else:
        text = _value(details)
    return shortened(printable(text), most)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return value
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
