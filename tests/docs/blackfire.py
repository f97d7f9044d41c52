"""What a reader of the guide to Blackfire does on pages."""

from typing import Final

from tests.docs.reader import Reader


async def make_service(reader: Reader) -> None:
    await reader.add_service("Shopping Cart", "Blackfire.io")
    await reader.hands.sees("blackfire-Shopping-Cart")


async def add_channel(reader: Reader) -> None:
    await reader.add_environment("Shop")
    hands = reader.hands
    await hands.open(f"{reader.environment}/settings")
    await hands.follow("Notification Channels")
    await hands.follow("Add Notification Channel")
    await hands.follow("Add PagerDuty")
    await hands.fill("Name", "On call")
    await hands.fill("Integration Key", reader.own["KEY"])
    await hands.choose("Where the service is", "This server")
    await hands.press("Save")
    await hands.press("Test Integration")
    await hands.press("Test resolve")


async def watch(reader: Reader) -> None:
    hands = reader.hands
    await hands.open(reader.environment)
    await hands.follow("Add a monitor")
    await hands.follow("HTTP")
    await hands.fill("Name", "Cart")
    await hands.fill("URL", f"http://127.0.0.1:{reader.own['PORT']}/status.json")
    await hands.fill("JSON path", "$.memory")
    await hands.untick("Make an alert rule that speaks up when it fails")
    await hands.press("Add the monitor")
    await hands.sees("Good")
    reader.monitors.append(hands.address)
    await hands.open(f"{reader.environment}/rules")
    await hands.follow("Add an alert rule")
    await hands.fill("Name", "Memory")
    await hands.fill("The condition for an alarm", "json_value > 90")
    await hands.fill("The condition for a warning", "json_value > 80")
    await hands.press("Add the rule")


PLAYS: Final = {
    "Make the service": make_service,
    "Add the notification channel": add_channel,
    "Watch them": watch,
}
