"""Handing over mail: a few connections to one server, each kept open for a while between mails."""

import asyncio
import os
import socket
from email.message import EmailMessage
from functools import partial
from typing import Final

import aiosmtplib
import httpx

from tocsin.kit.http import CONNECT_TIMEOUT, Outbound
from tocsin.kit.text import one_line

TIMEOUT: Final = 10.0  # seconds for each step of the conversation
KEPT_FOR: Final = 10.0  # seconds; servers close connections that are idle for minutes
MOST_CONNECTIONS: Final = 8
_START_TLS: Final = {"always": True, "offered": None, "never": False}


class MailServer:
    """One mail server. ``starttls`` is ``always``, ``offered`` or ``never``.

    ``helo`` is the name by which this machine greets; without one, what it calls itself.
    ``outbound`` says where the server may be; without it, anywhere.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        username: str | None = None,
        password: str | None = None,
        tls: bool = False,
        starttls: str = "offered",
        helo: str | None = None,
        outbound: Outbound | None = None,
    ) -> None:
        self.host = host
        self._username = username
        self._place = (host, port)
        self._outbound = outbound
        self._client = partial(
            aiosmtplib.SMTP,
            hostname=host,
            port=port,
            username=username,
            password=password,
            use_tls=tls,
            start_tls=False if tls else _START_TLS[starttls],
            # Encryption that a stranger on the line could take away proves nobody's identity.
            validate_certs=tls or starttls == "always",
            local_hostname=helo,
            timeout=TIMEOUT,
        )
        self._slots = asyncio.Semaphore(MOST_CONNECTIONS)
        self._idle: list[tuple[aiosmtplib.SMTP, asyncio.TimerHandle]] = []

    async def send(self, mail: EmailMessage, *, sender: str, recipient: str) -> str:
        """Hand over one mail and return the server's answer. Raises what aiosmtplib raises."""
        async with self._slots:
            connection = self._take() or await self._connect()
            try:
                _, answer = await connection.send_message(
                    mail, sender=sender, recipients=[recipient]
                )
            except BaseException:
                connection.close()
                raise
            self._keep(connection)
        return one_line(answer, 200)

    async def greet(self) -> str | None:
        """Connect anew, greet and log in, and return as whom. Raises what aiosmtplib raises."""
        async with self._slots:
            connection = await self._connect()
            try:
                await connection.ehlo()
            except BaseException:
                connection.close()
                raise
            self._keep(connection)
        return self._username

    async def close(self) -> None:
        """Close the connections that are kept."""
        while connection := self._take():
            connection.close()

    async def _connect(self) -> aiosmtplib.SMTP:
        if self._outbound is None:
            connection = self._client()
        else:
            reached = await _reach(self._outbound, *self._place)
            connection = self._client(sock=reached, port=None)
        await connection.connect()
        return connection

    def _take(self) -> aiosmtplib.SMTP | None:
        while self._idle:
            connection, closing = self._idle.pop()
            closing.cancel()
            if connection.is_connected:
                return connection
        return None

    def _keep(self, connection: aiosmtplib.SMTP) -> None:
        closing = asyncio.get_running_loop().call_later(KEPT_FOR, self._drop, connection)
        self._idle.append((connection, closing))

    def _drop(self, connection: aiosmtplib.SMTP) -> None:
        self._idle = [kept for kept in self._idle if kept[0] is not connection]
        connection.close()


async def _reach(outbound: Outbound, host: str, port: int) -> socket.socket:
    """Connect to the first address of a host that takes it. Raises OSError."""
    try:
        addresses = await outbound.resolve(host, port)
    except httpx.RequestError as error:
        raise ConnectionError(str(error)) from error
    why = "Nobody answers"
    for address in addresses:
        try:
            return await _connected(address, port)
        except OSError as error:
            why = os.strerror(error.errno) if error.errno else why
    raise ConnectionError(f"{why} at port {port}")


async def _connected(address: str, port: int) -> socket.socket:
    reached = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    reached.setblocking(False)
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT):
            await asyncio.get_running_loop().sock_connect(reached, (address, port))
    except BaseException:
        reached.close()
        raise
    return reached
