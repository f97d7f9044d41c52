"""What a reader of the guide to ThousandEyes does on pages."""

from typing import Final
from urllib.parse import urlsplit

from tests.docs.reader import Reader
from tocsin.domain.monitoring.far_server import SCOPES
from tocsin.usecases.monitoring.connecting import BACK

POLICY: Final = "Network people"
SERVICE: Final = "Network alerts"


async def add_policy(reader: Reader) -> None:
    hands = reader.hands
    await reader.go("/escalation_policies/new")
    await hands.fill("Name", POLICY)
    await hands.choose("Who is called", "Owner", within="Level 1")
    await hands.press("Add to level 1")
    await hands.press("Add the policy")


async def register_app(reader: Reader) -> None:
    await reader.register_app("Tests", reader.url + BACK, *SCOPES)


async def watch(reader: Reader) -> None:
    await reader.add_environment("Network")
    await reader.hands.follow("Add a monitor")
    await reader.hands.follow("HTTP")
    await reader.fill_in(
        {
            "Name": "Front",
            "URL": f"http://127.0.0.1:{reader.own['PORT']}/",
            "Text that must be there": "Welcome",
        }
    )
    await reader.hands.press("Add the monitor")
    reader.monitors.append(reader.hands.address)


async def link(reader: Reader) -> None:
    hands = reader.hands
    await hands.open(f"{reader.environment}/settings")
    await hands.follow("Alert Settings")
    await hands.follow("Front")
    await hands.follow("Notifications", within="Parts of this rule")
    rule = hands.address
    await hands.unfold("Edit services")
    await hands.follow("Add new service")
    await hands.choose("Server", "This server")
    await hands.fill("Client ID", reader.own["APP"])
    await hands.fill("Client secret", reader.own["APP_SECRET"])
    await hands.press("Add server")
    await hands.press("Sign in")
    await hands.press("Allow")
    await hands.tick("A new service")
    await hands.fill("Name", SERVICE)
    await hands.choose("Escalation policy", POLICY)
    await hands.press("Finish integration")
    assert hands.address == rule
    await hands.sees(SERVICE)
    await keep_key(reader)


async def keep_key(reader: Reader) -> None:
    hands = reader.hands
    await reader.go("/service-directory")
    await hands.follow(SERVICE)
    reader.own["SERVICE"] = urlsplit(hands.address).path.rpartition("/")[2]
    await hands.follow("Integrations")
    reader.own["KEY"] = await hands.read_key("Integration Key")


async def acknowledge(reader: Reader) -> None:
    hands = reader.hands
    await reader.go("/incidents")
    await hands.follow("Front: The text")
    await hands.press("Acknowledge")
    await hands.open(reader.monitors[0])
    await hands.sees("acknowledged by Owner")


PLAYS: Final = {
    "Create an escalation policy": add_policy,
    "Register the side that tests": register_app,
    "Test it": watch,
    "Link the rule to a service": link,
    "Acknowledge it": acknowledge,
}
