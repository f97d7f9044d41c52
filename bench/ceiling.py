"""The bare ASGI application against which the load generator's own ceiling is measured."""

from typing import Any

_BODY = b'{"status":"success","message":"Event processed","dedup_key":"x"}'
_HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(_BODY))]


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Read the body, answer as an event is answered, and do nothing else."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 202, "headers": _HEADERS})
    await send({"type": "http.response.body", "body": _BODY})
