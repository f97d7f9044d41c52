"""For those who watch the server: is it alive, is it ready, and its figures for Prometheus."""

from typing import Final

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.types import Receive, Scope, Send

from tocsin.usecases.health import look
from tocsin.usecases.house import House

PATHS: Final = ("/health", "/ready", "/metrics")
_JSON: Final = "application/json"


class HealthApp:
    """Answers GET on three addresses, without a key."""

    def __init__(self, house: House, registry: CollectorRegistry) -> None:
        self._house = house
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in {"GET", "HEAD"}:
            await _send(send, 405, b'{"status":"use GET"}', _JSON)
        elif scope["path"] == "/health":
            await _send(send, 200, b'{"status":"alive"}', _JSON)
        elif scope["path"] == "/ready":
            readiness = await look(self._house)
            status = 200 if readiness.is_ready else 503
            await _send(send, status, msgspec.json.encode(readiness), _JSON)
        elif scope["path"] == "/metrics":
            await _send(send, 200, generate_latest(self._registry), CONTENT_TYPE_LATEST)
        else:
            await _send(send, 404, b'{"status":"not found"}', _JSON)


async def _send(send: Send, status: int, body: bytes, kind: str) -> None:
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
