"""A mail server of our own on this machine: it keeps what it is given, or refuses as it is told."""

import asyncio
import email
import email.policy
import ssl
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

TAKEN = "250 OK: kept"


class Mail(EmailMessage):
    """A mail, with the addresses of the envelope and the two bodies at hand."""

    envelope_from: str = ""
    envelope_to: str = ""

    @property
    def text(self) -> str:
        """The plain part."""
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML part."""
        return self._part("html")

    def _part(self, subtype: str) -> str:
        part = self.get_body((subtype,))
        return str(part.get_content()) if part is not None else ""


class Inbox:
    """``mails`` in the order of their arrival.

    ``at_rcpt`` and ``at_data`` answer what they are set to; while ``open`` is clear, mails hang.
    ``login`` is demanded if set, and ``tls`` is offered if set.
    """

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.connections = 0
        self.was_encrypted = False
        self.port = 0
        self.at_rcpt: Callable[[str], str] = lambda _address: "250 OK"
        self.at_data = TAKEN
        self.login: tuple[str, str] | None = None
        self.tls: ssl.SSLContext | None = None
        self.open = asyncio.Event()
        self.open.set()
        self._server: asyncio.Server | None = None
        self._transports: set[Any] = set()
        self._arrived = asyncio.Event()

    @property
    def url(self) -> str:
        """How settings name this server."""
        return f"smtp://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen, again at the same port if it did before."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._converse, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
            for transport in self._transports:
                if not transport.is_closing():  # what TLS has closed cannot be cut on Python 3.11.2
                    transport.abort()
            self._transports.clear()
            await self._server.wait_closed()
            self._server = None

    async def receive(self, count: int, seconds: float = 5) -> list[Mail]:
        """Wait until ``count`` mails have come, and return all."""
        async with asyncio.timeout(seconds):
            while len(self.mails) < count:
                self._arrived.clear()
                await self._arrived.wait()
        return self.mails

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count a connection."""
        session.host_name = hostname
        self.connections += 1
        self._transports.add(server.transport)
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Judge an address."""
        answer = self.at_rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a mail."""
        self.was_encrypted = session.ssl is not None
        await self.open.wait()
        if self.at_data == TAKEN:
            policy = email.policy.default.clone(message_factory=Mail)
            mail = email.message_from_bytes(envelope.content, policy=policy)
            assert isinstance(mail, Mail)
            mail.envelope_from = envelope.mail_from
            mail.envelope_to = envelope.rcpt_tos[0]
            self.mails.append(mail)
            self._arrived.set()
        return self.at_data

    def _converse(self) -> Any:
        return SMTP(
            self,
            hostname="inbox.example.com",
            enable_SMTPUTF8=True,
            tls_context=self.tls,
            authenticator=self._authenticate,
            auth_required=self.login is not None,
            auth_require_tls=False,
        )

    def _authenticate(
        self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, given: LoginPassword
    ) -> AuthResult:
        right = (given.login.decode(), given.password.decode()) == self.login
        return AuthResult(success=right, handled=False)


@pytest.fixture
async def smtp_inbox() -> AsyncIterator[Inbox]:
    """Run a mail server that keeps what it is given."""
    inbox = Inbox()
    await inbox.start()
    yield inbox
    inbox.open.set()
    await inbox.stop()
