"""What a reader of the guide to CoScale does on pages."""

from functools import reduce
from typing import Final

from tests.docs import guide
from tests.docs.reader import Reader

ACTIONS: Final = ("Trigger", "Acknowledge", "Resolve")


async def make_service(reader: Reader) -> None:
    await reader.add_service("Web application", "CoScale", urgency="High")
    hands = reader.hands
    await reader.go("/api_keys/new")
    await hands.fill("Description", "Requests")
    await hands.press("Make the key")
    reader.own["TOKEN"] = await hands.read_key("API key")


async def watch(reader: Reader) -> None:
    await reader.add_environment("Application")
    await reader.hands.follow("Add a monitor")
    await reader.hands.follow("HTTP")
    await reader.fill_in(
        {
            "Name": "Front page",
            "URL": f"http://127.0.0.1:{reader.own['PORT']}/",
            "Text that must be there": "well",
        }
    )
    await reader.hands.press("Add the monitor")
    reader.monitors.append(reader.hands.address)


async def paste(reader: Reader) -> None:
    own = {
        "https://oncall.example.com": reader.url,
        "[[your token]]": reader.own["TOKEN"],
        "[[your email]]": reader.own["EMAIL"],
        "PXFL9LI": reader.own["SERVICE"],
    }
    hands = reader.hands
    await hands.open(f"{reader.environment}/channels")
    await hands.follow("Add Notification Channel")
    await hands.follow("Add API")
    await hands.fill("Name", "Requests")
    await hands.untick("Tell it of every alert rule")
    for action, shown in zip(ACTIONS, guide.shown("coscale"), strict=False):
        pasted = reduce(lambda text, words: text.replace(*words), own.items(), shown)
        await hands.fill("Instructions", pasted, within=action)
        await hands.press("Fill in", within=action)
    await hands.press("Save")
    reader.channel = hands.address


async def test_trigger(reader: Reader) -> None:
    await reader.hands.press("Test trigger")
    await reader.hands.sees("What was sent", "What came back", "201 Created")


async def follow_scheme(reader: Reader) -> None:
    hands = reader.hands
    await hands.open(reader.channel)
    await hands.press("Test acknowledge")
    await hands.press("Test resolve")
    await hands.open(f"{reader.environment}/schemes")
    await hands.follow("Add a scheme")
    await hands.fill("Name", "Web people")
    await hands.tick("Requests")
    await hands.press("Add the scheme")
    await hands.open(f"{reader.environment}/rules")
    await hands.follow("Front page")
    await hands.follow("Notifications", within="Parts of this rule")
    await hands.tick("Web people")
    await hands.press("Save")


PLAYS: Final = {
    "Make the service and a key": make_service,
    "Watch it": watch,
    "Paste the three requests": paste,
    "Test the trigger": test_trigger,
    "Let a scheme tell it": follow_scheme,
}
