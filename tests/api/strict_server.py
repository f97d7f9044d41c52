"""A server of the doors for events alone: it stores nothing, and judges what it is handed.

It prints its port, and answers GET /peak with the most memory it ever had, in KiB.
"""

import resource
import socket
import sys

import msgspec
import structlog
import uvicorn
from prometheus_client import CollectorRegistry
from starlette.types import Receive, Scope, Send

from tocsin.api.events import EventsApp
from tocsin.api.metrics import EventMetrics
from tocsin.api.protocol import BoundedHttp
from tocsin.usecases.intake.parcels import Parcel, Stray, Verdict

PATIENCE = 1.0


class Hasty(BoundedHttp):
    """Waits little longer for a request than the application waits for its body."""

    patience = 2 * PATIENCE


async def take(parcel: Parcel | Stray) -> Verdict:
    """Fail, and so answer 500, on anything that PostgreSQL would not store."""
    said = parcel.what if isinstance(parcel, Parcel) else parcel.reason
    written = msgspec.json.encode((said, parcel.key, parcel.path, parcel.sender)).decode()
    if "\\u0000" in written.replace("\\\\", ""):
        raise ValueError("a NUL came through")
    return Verdict.UNKNOWN_KEY if parcel.key.startswith("0") else Verdict.ACCEPTED


events = EventsApp(take, EventMetrics(CollectorRegistry()), patience=PATIENCE)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer events, and the one question of the test."""
    if scope["path"] != "/peak":
        await events(scope, receive, send)
        return
    peak = b"%d" % resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    headers = [(b"content-length", b"%d" % len(peak))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": peak})


def serve() -> None:
    """Serve on a free port until killed."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    listener = socket.create_server(("127.0.0.1", 0), backlog=512)
    print(listener.getsockname()[1], flush=True)  # noqa: T201
    config = uvicorn.Config(
        app, http=Hasty, loop="uvloop", lifespan="off", log_level="error", access_log=False
    )
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    serve()
