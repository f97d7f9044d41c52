"""For those who watch the server: is it alive, is it ready, and its figures for Prometheus."""

from typing import Final

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.types import Receive, Scope, Send

from tocsin.api.replies import JSON, reply
from tocsin.usecases.health import look
from tocsin.usecases.house import House

PATHS: Final = ("/health", "/ready", "/metrics")


class HealthApp:
    """Answers GET on three addresses, without a key."""

    def __init__(self, house: House, registry: CollectorRegistry) -> None:
        self._house = house
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in {"GET", "HEAD"}:
            await reply(send, 405, b'{"status":"use GET"}', kind=JSON)
        elif scope["path"] == "/health":
            await reply(send, 200, b'{"status":"alive"}', kind=JSON)
        elif scope["path"] == "/ready":
            readiness = await look(self._house)
            status = 200 if readiness.is_ready else 503
            await reply(send, status, msgspec.json.encode(readiness), kind=JSON)
        elif scope["path"] == "/metrics":
            await reply(send, 200, generate_latest(self._registry), kind=CONTENT_TYPE_LATEST)
        else:
            await reply(send, 404, b'{"status":"not found"}', kind=JSON)
