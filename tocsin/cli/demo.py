"""What `tocsin serve --demo` shows: a real alert, and its page in a mailbox on this machine."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
from aiosmtpd.smtp import SMTP, Envelope
from msgspec.structs import replace
from rich.console import Console

from tocsin.app.joining import Parts
from tocsin.config import Settings, SmtpServer
from tocsin.kit.ids import new_secret
from tocsin.usecases import sample
from tocsin.usecases.sample import Sample

OWNER: Final = "owner@example.com"
PATIENCE: Final = 15.0  # seconds
SUMMARY: Final = "Disk /var is 97 % full on db-1.example.com"


class Access(msgspec.Struct, frozen=True):
    """How to get in, made up on the first start and kept for the next ones."""

    password: str
    token: str


class Demo:
    """Takes the server's mail, and prints each one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._access = _access(settings.data / "demo.json")
        self._console = Console(highlight=False)
        self._arrived = asyncio.Event()

    @asynccontextmanager
    async def inbox(self) -> AsyncIterator[Settings]:
        """Listen for mail, and yield settings under which the server sends it here."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            yield replace(
                self._settings,
                smtp_url=SmtpServer(host="127.0.0.1", port=port, starttls="never"),
                admin_email=OWNER,
                admin_password=self._access.password,
                api_token=self._access.token,
            )
        finally:
            server.close()

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, _server: Any, _session: Any, envelope: Envelope
    ) -> str:
        """Print a mail that has arrived."""
        mail = email.message_from_bytes(
            envelope.original_content or b"", policy=email.policy.default
        )
        self._print_mail(mail)
        self._arrived.set()
        return "250 OK: shown"

    async def show(self, parts: Parts) -> None:
        """Make the sample team, send an alert over HTTP, wait for its page, say how to go on."""
        house = parts.house
        self._say("Making a sample team: three people, a rotation, a policy, a service")
        made = await sample.provide(house, house.clock())
        self._say("Sending an alert to the service Checkout")
        await self._send_alert(made)
        try:
            async with asyncio.timeout(PATIENCE):
                await self._arrived.wait()
        except TimeoutError:
            self._say("No page has arrived yet; an open alert of an earlier run pages nobody anew.")
        self._say_how_to_go_on(made)

    async def _send_alert(self, made: Sample) -> None:
        async with httpx.AsyncClient(base_url=self._settings.public_url) as http:
            answer = await http.post("/v2/enqueue", content=_event(made.integration_key))
        self._say(f"The server answered {answer.status_code}: {answer.text}")

    def _say_how_to_go_on(self, made: Sample) -> None:
        url = self._settings.public_url
        self._console.print(
            f"\n[bold]Tocsin is serving at[/] {url}\n"
            f"  login            {OWNER}, password {self._access.password}\n"
            f"  API token        {self._access.token}\n"
            f"  integration key  {made.integration_key}\n\n"
            "[bold]The next alert:[/]\n"
            f"  curl {url}/v2/enqueue -d '{_event(made.integration_key)}'\n\n"
            "[bold]What is open:[/]\n"
            f"  curl -H 'Authorization: Token token={self._access.token}' {url}/incidents\n\n"
            "Without an answer, Chris is mailed a minute later. Ctrl-C stops the server.",
            soft_wrap=True,
        )

    def _print_mail(self, mail: EmailMessage) -> None:
        text = mail.get_body(("plain",))
        self._console.rule("[bold]A page has arrived")
        for header in ("From", "To", "Subject"):
            self._console.print(f"[dim]{header}:[/] {mail[header]}", markup=True)
        if text is not None:
            self._console.print(text.get_content(), markup=False, soft_wrap=True)
        self._console.rule()

    def _say(self, sentence: str) -> None:
        self._console.print(f"== {sentence}", markup=False, soft_wrap=True)


def _event(key: str) -> str:
    payload = {"summary": SUMMARY, "source": "db-1.example.com", "severity": "critical"}
    event = {"routing_key": key, "event_action": "trigger", "payload": payload}
    return msgspec.json.encode(event).decode()


def _access(file: Path) -> Access:
    """Return what the file holds; it is for its owner's eyes only."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_bytes(msgspec.json.encode(Access(new_secret(16), new_secret())))
    return msgspec.json.decode(file.read_bytes(), type=Access)
