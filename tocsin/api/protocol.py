"""Uvicorn's HTTP with an end to everything that a sender can draw out: heads, trailers, waiting."""

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_SURPLUS: Final = 256 * 1024  # bytes of a request that are not its body
PATIENCE: Final = 30.0  # seconds for a whole request; whoever reads bodies is less patient

_REFUSAL: Final = b"HTTP/1.1 %b\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_LARGE: Final = b"431 Request Header Fields Too Large"
_TOO_SLOW: Final = b"408 Request Timeout"


class BoundedHttp(HttpToolsProtocol):
    """One connection. ``patience`` is for a whole request, and for the first one to begin."""

    patience = PATIENCE

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._surplus = 0
        self._is_between = True
        self._deadline: asyncio.TimerHandle | None = None
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, within bounds."""
        self._surplus += len(data)
        super().data_received(data)
        if self._surplus > MAX_SURPLUS:
            self._turn_away(_TOO_LARGE)
        elif not self._is_between and self._deadline is None:
            self._wait()

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        self._is_between = False
        super().on_message_begin()

    def on_body(self, body: bytes) -> None:
        """Count only what is no body: of that, others take care."""
        self._surplus -= len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that a request has ended."""
        self._surplus = 0
        self._is_between = True
        self._wait_no_longer()
        super().on_message_complete()

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self.patience, self._turn_away, _TOO_SLOW)

    def _wait_no_longer(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _turn_away(self, status: bytes) -> None:
        if self.transport.is_closing():
            return
        if not self._is_between and (self.cycle is None or self.cycle.response_complete):
            self.transport.write(_REFUSAL % status)
        self.transport.close()
