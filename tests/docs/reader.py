"""Who follows a guide: with a shell, and with a browser for what is done on pages."""

import re
from collections.abc import Mapping

import msgspec

from tests.docs.shell import Shell
from tests.journeys.by_http import HttpHands
from tocsin.web.apps.scope_words import told


class Reader(msgspec.Struct, kw_only=True):
    """``own`` are the values that a guide asks its reader to put into the shell's variables."""

    hands: HttpHands
    shell: Shell
    url: str
    own: dict[str, str]
    environment: str = ""
    channel: str = ""
    monitors: list[str] = []

    async def go(self, path: str) -> None:
        """Open a page of the server."""
        await self.hands.open(f"{self.url}{path}")

    async def fill_in(self, fields: Mapping[str, str]) -> None:
        """Write into the fields of a form."""
        for label, text in fields.items():
            await self.hands.fill(label, text)

    async def add_service(
        self, name: str, tool: str, *, urgency: str = "By severity", grouped_by: str = ""
    ) -> None:
        """Make a service, and remember its id and its key."""
        hands = self.hands
        await self.go("/service-directory")
        await hands.follow("Add New Service")
        await hands.fill("Name", name)
        await hands.choose("Integration Type", tool)
        await hands.choose("Escalation Policy", "Default")
        await hands.tick(urgency)
        if grouped_by:
            await hands.choose("Alert grouping", "By content")
            await hands.fill("Fields", grouped_by)
        await hands.press("Add Service")
        found = re.search("/service-directory/([A-Z0-9]+)/integrations", hands.address)
        assert found
        self.own |= {"SERVICE": found[1], "KEY": await hands.read_key("Integration Key")}

    async def add_environment(self, name: str) -> None:
        """Make an environment, and keep where it is."""
        await self.go("/environments")
        await self.hands.follow("Add an environment")
        await self.hands.fill("Name", name)
        await self.hands.press("Add")
        self.environment = self.hands.address.removesuffix("/monitors")

    async def register_app(self, name: str, back: str, *scopes: str) -> None:
        """Register an app, and remember its id and its secret."""
        hands = self.hands
        await self.go("/apps")
        await hands.follow("New app")
        await hands.fill("Name", name)
        await hands.fill("Redirect addresses", back)
        await hands.choose("Connects as", "ThousandEyes")
        for scope in scopes:
            await hands.tick(told(scope))
        await hands.press("Register the app")
        self.own["APP"] = await hands.read_key("Client ID")
        self.own["APP_SECRET"] = await hands.read_key("Client secret")

    async def measure(self) -> None:
        """Let the monitors look at once."""
        for page in self.monitors:
            await self.hands.open(page)
            await self.hands.press("Measure now")
