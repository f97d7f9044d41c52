"""A running server with an owner, as the makers of clients know it: an address and keys."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from tests.clients.encryption import HERE, encrypted
from tests.inbox import Inbox
from tests.running import Server, free_port, serving

OWNER: Final = "owner@example.com"
TOKEN: Final = "y_NbAkKc66ryYTWUXYEu"
PATIENCE: Final = 15.0  # seconds, for a client to do what it was told


class Service:
    """Something that can break, and the key that tells so."""

    def __init__(self, id: str, key: str) -> None:
        self.id = id
        self.key = key


class Office:
    """The server, whose owner is on call for all services, and the owner's mails.

    ``https`` is how PagerDuty's clients are told where it is, and whom to trust.
    """

    def __init__(self, server: Server, inbox: Inbox, trust: ssl.SSLContext) -> None:
        self.server = server
        self.inbox = inbox
        self.https: dict[str, Any] = {"base_url": server.settings["public_url"], "verify": trust}
        self._api = httpx.AsyncClient(
            base_url=server.url, headers={"authorization": f"Token token={TOKEN}", "from": OWNER}
        )

    @classmethod
    @asynccontextmanager
    async def opens(cls, folder: Path) -> AsyncIterator["Office"]:
        """Run the server."""
        inbox = Inbox()
        await inbox.start()
        outside = free_port()
        settings = {
            "admin_email": OWNER,
            "api_token": TOKEN,
            "public_url": f"https://{HERE}:{outside}",
            "smtp_url": f"{inbox.url}?starttls=never",
        }
        async with (
            serving(folder, **settings) as server,
            encrypted(folder, outside=outside, inside=server.port) as trust,
        ):
            office = cls(server, inbox, trust)
            async with office._api:
                yield office
        await inbox.stop()

    async def new_service(self, name: str) -> Service:
        """Make a service with an integration, on the policy that every installation has."""
        [policy] = (await self.ask("GET", "/escalation_policies"))["escalation_policies"]
        body = {"service": {"name": name, "escalation_policy": policy}}
        id_ = (await self.ask("POST", "/services", body))["service"]["id"]
        integration = {"type": "events_api_v2_inbound_integration", "name": "Monitoring"}
        made = await self.ask("POST", f"/services/{id_}/integrations", {"integration": integration})
        return Service(id_, made["integration"]["integration_key"])

    async def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """Speak REST as the owner."""
        response = await self._api.request(method, path, json=body)
        assert response.is_success, response.text
        return dict(response.json())

    async def until(self, service: Service, *stories: tuple[str, str]) -> None:
        """Wait until the service's incidents are these: ``("Disk full", "triggered")``."""
        path = f"/incidents?service_ids[]={service.id}&sort_by=created_at"
        seen: list[tuple[str, str]] = []
        for _ in range(int(PATIENCE / 0.1)):
            found = (await self.ask("GET", path))["incidents"]
            seen = [(incident["title"], incident["status"]) for incident in found]
            if seen == list(stories):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"The incidents are {seen}:\n{self.server.said}")

    async def until_mailed(self, title: str) -> None:
        """Wait until the owner was told."""
        for _ in range(int(PATIENCE / 0.1)):
            if any(title in mail.text for mail in self.inbox.mails):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{OWNER} was never mailed of {title}:\n{self.server.said}")
