"""Connections that are kept for a moment, each for requests to the host that it was made for."""

import asyncio
from typing import Final

from tocsin.kit.http11 import Connection, Place

MOST_IDLE: Final = 100
LONGEST_IDLE: Final = 4.0  # seconds; hardly any server hangs up sooner
LONGEST_LIFE: Final = 30.0  # seconds, after which a name is looked up, and checked, once more


class Connections:
    """Keeps at most ``most`` connections while nobody uses them, and not for long."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._count = 0
        self._idle: dict[Place, dict[Connection, asyncio.TimerHandle]] = {}

    def take(self, place: Place) -> Connection | None:
        """Return the one that was used last, unless the other side has closed it."""
        while idle := self._idle.get(place):
            connection, _ = next(reversed(idle.items()))
            self._drop(connection)
            if not connection.wire.has_news:
                return connection
            connection.wire.abort()
        return None

    def give_back(self, connection: Connection) -> None:
        """Keep a connection, if it may be used once more."""
        loop = asyncio.get_running_loop()
        age = loop.time() - connection.wire.made_at
        if self._count >= self._most or age > LONGEST_LIFE or not connection.renew():
            connection.wire.abort()
            return
        timer = loop.call_later(LONGEST_IDLE, self._end, connection)
        self._idle.setdefault(connection.place, {})[connection] = timer
        self._count += 1

    def close(self) -> None:
        """Keep nothing any more."""
        self._most = 0
        for idle in list(self._idle.values()):
            for connection in list(idle):
                self._end(connection)

    def _end(self, connection: Connection) -> None:
        self._drop(connection)
        connection.wire.abort()

    def _drop(self, connection: Connection) -> None:
        idle = self._idle[connection.place]
        idle.pop(connection).cancel()
        self._count -= 1
        if not idle:
            del self._idle[connection.place]
