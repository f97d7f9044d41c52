"""Replies of bare ASGI applications: whole at once, and kept by nobody on the way."""

from collections.abc import Iterable
from typing import Final

from starlette.types import Send

TEXT: Final = "text/plain; charset=utf-8"
JSON: Final = "application/json"


async def reply(
    send: Send,
    status: int,
    body: bytes,
    *,
    kind: str = TEXT,
    headers: Iterable[tuple[bytes, bytes]] = (),
    is_head: bool = False,
) -> None:
    """Send one; to HEAD only how long it would be."""
    lines = [
        (b"content-type", kind.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        *headers,
    ]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": b"" if is_head else body})
